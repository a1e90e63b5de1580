"""What hangs on other rows, for the matrices: photos, drafts, links, proposed changes, mergers, copies, receipts."""

import uuid
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from partners.models import DataExport, Erasure, LikelyPair, Merge, ProjectDraft, ProjectPhoto, ProposedChange
from partners.models.follow_up import UpdateLink
from tests import builders
from tests.partners import following
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun, Values

NOBODY = "00000000-0000-0000-0000-000000000000"
NO_KEY = 999_999_999
PAIR = 4_000
MADE = {
    "partners:project_photo": Door("public|region", "photo"),  # not accepted yet: their agents'
    "partners:space_project_photo_drop": Door("", "space_photo", post="writer", insiders=403),
    "partners:space_project_draft_drop": Door("", "draft", post="contributor"),  # a draft is its author's alone
    "partners:follow_up": Door("key", "follow_up", post="key"),
    "partners:follow_up_stop": Door("key", "follow_up", post="key"),
    "portal:erasure": Door("key", "receipt"),
    "portal:account_end_session": Door("", "connection", post="contributor"),  # one's own alone
    "portal:account_copy_file": Door("contributor", "copy_file", gives=(200, 302)),  # or confirms first
    "staff_moderation_change": Door("region", "proposed_change", post="region"),
    "staff_merge": Door("region", "merger", post="region"),
    "staff_duplicates": Door("staff", post="region", refuses=404, body={"pair": str(PAIR)}),
}


def made_by(author, rows: dict) -> dict:
    """``author`` wrote all of it, for the organisation of these rows."""
    lead, project, now = rows["organisation"], rows["project"], timezone.now()
    photo = ProjectPhoto.objects.create(
        project=project, alt="Une halle", credit="Essai", width=400, height=300, widths=[400], added_by=author,
        accepted_at=now,
    )  # fmt: skip
    default_storage.save(photo.path(400), ContentFile(b"RIFF"))
    twin = builders.organisation(name=f"Jumelle {lead.slug}", commune=lead.commune, is_public=False)
    key = f"{lead.slug:x<32}"
    return {
        "photo": photo,
        "draft": ProjectDraft.objects.create(token=photo.public_id, author=author, organisation=lead),
        "link": following.link_of(rows["user"], project),
        "over": following.link_of(rows["user"], project, revoked_at=now),
        "change": ProposedChange.objects.create(
            organisation=lead, proposed_by=author, values={"summary": {"before": "", "after": "Mot"}}
        ),
        "twin": twin,
        "merger": Merge.objects.create(keep=lead, gone=twin, by=builders.staff(), motive="essai"),
        "connection": UserSession.objects.create(user=author, ip="203.0.113.9", user_agent="x", session_key=key),
        "copy": DataExport.objects.create(
            user=author, made_at=now, expires_at=now + timedelta(days=7), data=b"{}", document=b"%PDF-1.7"
        ),
        "receipt": Erasure.objects.create(user=builders.user(f"efface-{lead.slug}@test.invalid")),
    }


def made_nouns(people: dict, own: dict, other: dict) -> dict[str, Noun]:
    here, away = made_by(people["contributor"], own), made_by(other["user"], other)
    first, second = sorted((own["organisation"], here["twin"]), key=lambda each: each.pk)
    LikelyPair.objects.create(pk=PAIR, first=first, second=second, score=9, reasons=["même nom"])

    def each_of(row: str, attribute: str = "public_id", key: str = "public_id", none=NOBODY, **more) -> Noun:
        values = (getattr(here[row], attribute), getattr(away[row], attribute), none)
        return Noun(*({key: value} | more for value in values))

    def photo(slug: str, public_id) -> Values:
        return {"slug": slug, "public_id": public_id, "width": 400}

    def behind(slug: str, public_id, project: str) -> Values:
        return {"slug": slug, "project_slug": project, "public_id": public_id}

    shown, theirs, gone = here["photo"].public_id, away["photo"].public_id, "rien-ici"
    never = UpdateLink(public_id=uuid.UUID(NOBODY)).token
    return {
        "photo": Noun(
            photo("projet-atelier", shown), photo("projet-voisine", theirs), photo(gone, NOBODY),
            hidden=[(photo("projet-atelier", theirs), photo("projet-atelier", NOBODY))],
        ),
        "space_photo": Noun(
            behind("atelier", shown, "projet-atelier"),
            behind("voisine", theirs, "projet-voisine"),
            behind(gone, NOBODY, gone),
            hidden=[(behind("atelier", theirs, "projet-voisine"), behind("atelier", NOBODY, gone))],
        ),
        "draft": Noun(
            {"slug": "atelier", "public_id": here["draft"].token},
            {"slug": "voisine", "public_id": away["draft"].token},
            {"slug": gone, "public_id": NOBODY},
            hidden=[({"slug": "atelier", "public_id": away["draft"].token}, {"slug": "atelier", "public_id": NOBODY})],
        ),
        "follow_up": Noun({"token": here["link"].token}, hidden=[({"token": here["over"].token}, {"token": never})]),
        "receipt": Noun({"public_id": here["receipt"].public_id}),
        "connection": each_of("connection", "pk", "pk", NO_KEY),
        "copy_file": each_of("copy", name="donnees.json"),
        "proposed_change": each_of("change"),
        "merger": each_of("merger"),
    }  # fmt: skip
