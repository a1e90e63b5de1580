"""Texts of many agreements in a few statements: the rules of agreement_drafts. All of them, or none."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.lib.many_rows import update_each
from partners.actions.agreement_drafts import fill_days
from partners.actions.agreements import Event
from partners.models import Agreement, AgreementEvent, AgreementVersion, Organisation, User
from partners.models.agreement_version import Stage

WORDS = ("text", "starts_on", "ends_on", "amount_cents")
OTHERS = ("organisation", "referent", "partner_referent", "agreement", "template", "created_by", "activated_by")
"""What names another row: told by the caller, held by the database."""
NOT_WRITABLE = "Un de ces textes est à la signature ou signé : il ne change plus."
Said = dict[str, date | int | None]


@transaction.atomic
def draft_many(*, drafts: list[dict], by: User) -> list[Agreement]:
    """``draft_from_template`` without a template: of each, ``organisation`` (its key), ``title``, ``kind``, ``said``.

    Raises PermissionDenied, ValidationError; IntegrityError for what a constraint refuses.
    """
    wanted = {draft["organisation"] for draft in drafts}
    known = Organisation.objects.writable_by(by).filter(pk__in=wanted)
    is_demo = dict(known.values_list("pk", "is_demo")) if wanted else {}
    if wanted - is_demo.keys():
        raise PermissionDenied
    made = [
        Agreement(
            organisation_id=draft["organisation"], title=draft["title"], kind=draft["kind"], referent=by,
            is_demo=is_demo[draft["organisation"]],
        )
        for draft in drafts
    ]  # fmt: skip
    for agreement in made:
        agreement.clean_fields(exclude=OTHERS)
    Agreement.objects.bulk_create(made)
    versions = [
        AgreementVersion(agreement=agreement, created_by=by, **draft["said"])
        for agreement, draft in zip(made, drafts, strict=True)
    ]
    for version in versions:
        version.clean_fields(exclude=OTHERS)
    AgreementVersion.objects.bulk_create(versions)
    note_many({agreement.pk: "" for agreement in made}, Event.DRAFTED, by, internal=True)
    return made


@transaction.atomic
def write_many(*, said: dict[int, Said], by: User) -> None:
    """``write_version`` of the text in preparation of each agreement, by its key.

    Raises PermissionDenied, Conflict "not_writable", ValidationError; IntegrityError for what a constraint refuses.
    """
    if not said:
        return
    rows = Agreement.objects.writable_by(by).filter(pk__in=said)
    if len(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)) < len(said):
        raise PermissionDenied
    versions = list(AgreementVersion.objects.open().filter(agreement__in=said))
    if len(versions) < len(said) or not all(version.may_be_written for version in versions):
        raise Conflict(NOT_WRITABLE, code="not_writable")
    now, given = timezone.now(), []
    for version in versions:
        for name, value in said[version.agreement_id].items():
            setattr(version, name, value)
        fill_days(version)
        version.clean_fields(exclude=OTHERS)
        given.append([version.pk, *(getattr(version, name) for name in WORDS), now])
    update_each(AgreementVersion, [*WORDS, "updated_at"], given)
    shown = {v.agreement_id: f"{v.label} : texte mis à jour" for v in versions if v.stage == Stage.SHARED}
    note_many(shown, Event.SHARED, by)


def note_many(what: dict[int, str], kind: Event, by: User, *, internal: bool = False) -> None:
    """A line of the life of each agreement."""
    now = timezone.now()
    AgreementEvent.objects.bulk_create(
        AgreementEvent(agreement_id=pk, kind=kind, by=by, at=now, what=words, internal=internal)
        for pk, words in what.items()
    )
