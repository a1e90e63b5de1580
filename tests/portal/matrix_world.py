"""Two organisations in two régions, one row of each noun for each, everybody who may ask."""

from datetime import date, timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from alliance.outbox import owe
from alliance.proof import journal
from charter.models import Campaign, CharterVersion, Withdrawal
from charter.models.letter import token_of
from charter.models.reminder import Reminder
from events.models import Convention
from events.models.offer_links import offer_path
from partners.actions.viewings import begin_viewing
from partners.models import (
    AgreementTemplate,
    Alert,
    Correction,
    FormerCommune,
    GroupEntity,
    ProgrammeCount,
    SheetExport,
    SheetImport,
    SheetProgress,
    TerritoryMessage,
)
from tests import builders
from tests.passkeys import SoftwareKey
from tests.portal.matrix import MEMBERS, VISITOR
from tests.portal.matrix_accords import accord_nouns, agreement_of
from tests.portal.matrix_arrival import NOBODY, arrival_nouns, arrivals_of
from tests.portal.matrix_asking import Noun, Values, World
from tests.portal.matrix_doors import door_nouns
from tests.portal.matrix_invitations import invitation_nouns
from tests.portal.matrix_lists import list_nouns, lists_of
from tests.portal.matrix_made import made_nouns
from tests.portal.matrix_mails import mail_nouns
from tests.portal.matrix_network import lacked, network_nouns, network_of
from tests.portal.matrix_programme import programme_nouns
from tests.portal.matrix_proposals import proposal_nouns
from tests.portal.matrix_report import report_nouns
from tests.sessions import signed_in

NO_CODE = "2222-2222-2222"
NO_KEY = 999_999_999
Type = Authenticator.Type


def make_world() -> World:
    """``atelier`` in Bretagne, public; ``voisine`` in Île-de-France, whose rows the public does not see."""
    builders.charter_version("2014")
    shared = {"axis": builders.axis(1, stake=builders.stake()), "version": builders.charter_version("2020")}
    shared["convention"] = builders.convention(slug="c26")
    paris = builders.department("75", "Paris", builders.region("11", "Île-de-France", slug="ile-de-france"))
    own = one_of_each("atelier", shared, builders.commune())
    other = one_of_each("voisine", shared, builders.commune("75056", "Paris", paris), public=False)
    people = people_of(own, other)
    shared |= shared_rows(own)
    shared["sheets"] = {role: sheets_of(people[role]) for role in ("here", "elsewhere")}
    shared["lists"] = {role: lists_of(people[role]) for role in ("here", "elsewhere")}
    clients = {VISITOR: Client(raise_request_exception=False)}
    clients |= {role: signed_in(person, Client(raise_request_exception=False)) for role, person in people.items()}
    nouns = nouns_of(own, other, shared) | admin_nouns(own, other, shared)
    return World(clients, nouns | mail_nouns(shared, people, own, other) | made_nouns(people, own, other))


def people_of(own: dict, other: dict) -> dict:
    people = {"signatory": own["signer"]}
    for role in MEMBERS:
        people.setdefault(role, builders.user(f"{role}@test.invalid"))
        builders.membership(people[role], own["organisation"], role)
        builders.membership(people[role], own["network"], role)
    for role, rows in (("here", own), ("elsewhere", other)):
        people[role] = builders.staff(regions=[rows["organisation"].commune.region])
    people["national"] = builders.staff()
    for person in people.values():
        give_factors(person)
    return people


def give_factors(person) -> None:
    """A password, an application, recovery codes: what the pages of sign-in speak of."""
    person.password = "md5$usable"
    person.save(update_fields=["password"])
    secret = get_adapter().encrypt("A" * 32)
    codes = {"type": Type.RECOVERY_CODES, "data": {"seed": secret, "used_mask": 0}}
    for factor in (codes, {"type": Type.TOTP, "data": {"secret": secret}}):
        Authenticator.objects.create(user=person, **factor)
    SoftwareKey(person)


def one_of_each(slug: str, shared: dict, commune, public=True) -> dict:
    """The rows that hang on one organisation."""
    lead = builders.organisation(slug=slug, name=f"Organisation {slug}", commune=commune, is_public=public)
    signer, member = (builders.user(f"{name}-{slug}@test.invalid") for name in ("signe", "membre"))
    moderation = "published" if public else "submitted"
    project = builders.project(
        [shared["axis"]], slug=f"projet-{slug}", lead=lead, commune=commune, moderation=moderation
    )
    project.figures.create(label="repas", target=10)
    paper = {"document": ContentFile(b"%PDF-1.7", "mandat.pdf"), "document_type": "application/pdf"}
    power = builders.mandate(lead, signer, **paper)
    attendee = builders.attendee(organisation=lead, user=signer)
    message = TerritoryMessage.objects.create(region=commune.region, email=f"{slug}@test.invalid", text=f"Mot {slug}")
    return {
        "organisation": lead,
        "signer": signer,
        "user": member,
        "membership": builders.membership(member, lead, "contributor"),
        "project": project,
        **agreement_of(lead, signer, is_public=public),
        **lacked(lead, member, shared["axis"]),
        **network_of(slug, lead, shared["version"]),
        "mandate": power,
        "signature": builders.signature(lead, shared["version"], signer=signer, mandate=power),
        "withdrawal": withdrawal_of(lead, power),
        "registration": builders.registration(shared["convention"], attendee),
        "correction": Correction.objects.create(project=project, text=f"Erreur {slug}"),
        "territorymessage": message,
        **arrivals_of(lead, slug),
    }


def withdrawal_of(lead, power) -> Withdrawal:
    said = {"organisation_name": lead.name, "signer_name": "Camille Essai", "signer_job_title": "présidente"}
    return Withdrawal.objects.create(
        organisation=lead, signer=power.person, mandate=power, consent_text="Non.", signed_at=timezone.now(), **said
    )


def shared_rows(own: dict) -> dict:
    closed = builders.campaign(CharterVersion.objects.get(slug="2014"), opened_at=timezone.now() - timedelta(days=9))
    ended = {"closed_at": timezone.now(), "closed_by": closed.opened_by, "motive": "Finie."}
    Campaign.objects.filter(pk=closed.pk).update(**ended, register_digest="0" * 64)
    campaign = builders.campaign(CharterVersion.objects.get(slug="2020"), concerned=[own["organisation"]])
    reminder = Reminder.objects.create(
        campaign=campaign, group="unopened", drafted_by=campaign.prepared_by, drafted_at=timezone.now()
    )
    counted = ProgrammeCount.objects.create(label="réseaux", value=33, on=date(2014, 10, 14), source="essai")
    FormerCommune.objects.create(code="29999", name="Ancienne", commune=own["organisation"].commune, kind="C")
    begins = timezone.now()
    builders.convention(slug="projetee", state="draft")
    item = Convention.objects.get(slug="c26").programme.create(
        kind="plenary", title="Plénière", starts_at=begins, ends_at=begins + timedelta(hours=1)
    )
    with transaction.atomic():
        journal.append(kind="signed", subject="essai", facts={"version": "2020"})
        owe("tests.nothing", own["project"].pk)
    return {
        "campaign": campaign,
        "closed": closed,
        "viewing": begin_viewing(agent=campaign.prepared_by, person=own["user"], motive="essai", at=timezone.now()),
        "agreementtemplate": AgreementTemplate.objects.create(title="Modèle", text="Texte"),
        "groupentity": GroupEntity.objects.create(label="Branche"),
        "reminder": reminder,
        "programmecount": counted,
        "programmeitem": item,
        "draft": builders.charter_version("Brouillon", published=False),
        "alert": Alert.objects.create(noun="projets", email="alerte@test.invalid"),
        "offer": offer_path(builders.registration(builders.convention(), status="offered")),
    }


def nouns_of(own: dict, other: dict, shared: dict) -> dict[str, Noun]:
    """By the names that stand in the table."""
    held = {"public_id": shared["campaign"].public_id}
    letter = token_of("invitation", own["signer"], own["organisation"], shared["version"])
    return rows_of_somebody(own, other) | {
        "version": Noun({"slug": "2020"}, hidden=[({"slug": "brouillon"}, {"slug": "rien-ici"})]),
        "versions": Noun(
            {"slug": "2020", "other": "2014"},
            hidden=[({"slug": "2020", "other": "brouillon"}, {"slug": "2020", "other": "rien-ici"})],
        ),
        "convention": Noun({"slug": "c26"}, hidden=[({"slug": "projetee"}, {"slug": "rien-ici"})]),
        "axis": Noun({"number": 1}),
        "region": Noun({"code": "53"}),
        "department": Noun({"code": "29"}),
        "commune": Noun({"code": "29019"}),
        "key": Noun({"pk": Authenticator.objects.get(user=own["signer"], type=Type.WEBAUTHN).pk}),
        "alert": Noun({"public_id": shared["alert"].public_id}),
        "campaign": Noun(held),
        "closed_campaign": Noun({"public_id": shared["closed"].public_id}, hidden=[(held, {"public_id": NOBODY})]),
        "reminder": Noun(held | {"reminder_id": shared["reminder"].public_id}),
        "offer": Noun({"token": shared["offer"].split("/")[-2]}),
        "charter_letter": Noun({"slug": "atelier", "token": letter}),
        "viewing": Noun({"public_id": shared["viewing"].public_id}),
        **sheet_nouns(shared),
        **invitation_nouns(own, shared),
        **programme_nouns(shared),
        **door_nouns(shared),
        **proposal_nouns(shared),
        **report_nouns(),
        **list_nouns(shared),
        "any_convention": Noun({"slug": "c26"}),
        "sitemap": Noun({"section": "projets", "number": 1}),
        "journal": Noun({"position": 0}),
        "admin_app": Noun({"app_label": "partners"}),
        "admin_anything": Noun({"url": "rien/"}),
    }


def sheets_of(person) -> dict:
    """What an agent brought, and what they asked for, made already."""
    export = SheetExport(noun="projects", by=person, state="ready")
    export.file.save("", ContentFile(b"PK"))
    brought = SheetImport.objects.create(noun="projects", by=person, name="x.csv", file="x")
    SheetProgress.objects.create(sheet=brought)
    return {"sheet": brought, "sheet_export": export}


def sheet_nouns(shared: dict) -> dict[str, Noun]:
    """Of the delegate here, with those of the one elsewhere."""
    here, away = shared["sheets"]["here"], shared["sheets"]["elsewhere"]

    def alone(name: str, **more) -> Noun:
        return Noun(*({"public_id": pk} | more for pk in (here[name].public_id, away[name].public_id, NOBODY)))

    return {
        "sheet": alone("sheet"), "sheet_export": alone("sheet_export"), "sheet_act": alone("sheet", act="choisir")
    }  # fmt: skip


def rows_of_somebody(own: dict, other: dict) -> dict[str, Noun]:
    """Each with the same row of ``voisine``, and none; under an organisation's address, hers under ours as well."""
    here, away, nowhere = ({"slug": slug} for slug in ("atelier", "voisine", "rien-ici"))

    def alone(read, **missing) -> Noun:
        return Noun(read(own), read(other), missing)

    def under(read, **missing) -> Noun:
        crossed = [(here | read(other), here | missing), (away | read(own), nowhere | missing)]
        return Noun(here | read(own), away | read(other), nowhere | missing, hidden=crossed)

    def public_id(name: str):
        return lambda rows: {"public_id": rows[name].public_id}

    def code(rows: dict) -> Values:
        return {"code": rows["signature"].code}

    gathering = {"slug": "c26"}
    return (
        accord_nouns(alone, under)
        | network_nouns(own, other)
        | {
            "space_need": under(public_id("need"), public_id=NOBODY),
            "need": alone(public_id("need"), public_id=NOBODY),
            "resource": alone(public_id("resource"), public_id=NOBODY),
            "organisation": Noun(here, away, nowhere),
            "pair": Noun(*({"keep": each["slug"], "gone": each["slug"]} for each in (here, away, nowhere))),
            "project": alone(lambda rows: {"slug": rows["project"].slug}, slug="rien-ici"),
            "space_project": under(lambda rows: {"project_slug": rows["project"].slug}, project_slug="rien-ici"),
            "membership": under(lambda rows: {"pk": rows["membership"].pk}, pk=NO_KEY),
            **arrival_nouns(alone, under, public_id),
            "signature": alone(code, code=NO_CODE),
            "space_signature": under(code, code=NO_CODE),
            "mandate": alone(public_id("mandate"), public_id=NOBODY),
            "registration_id": alone(public_id("registration"), public_id=NOBODY),
            "waiting": alone(
                lambda rows: {"source": "erreur", "pk": rows["correction"].pk}, source="erreur", pk=NO_KEY
            ),
            "registration": alone(
                lambda rows: gathering | public_id("registration")(rows), slug="c26", public_id=NOBODY
            ),
        }
    )


def admin_nouns(own: dict, other: dict, shared: dict) -> dict[str, Noun]:
    """A row of every model of the back office; a stranger's beside it where rows belong to somebody."""
    found = {}
    for model in admin.site._registry:
        name = model._meta.model_name
        row = own.get(name) or shared.get(name) or model._base_manager.order_by("pk").first()
        if row is None:
            continue  # test_every_address_that_holds_something_names_its_noun tells it
        stranger = {"object_id": other[name].pk} if name in other else None
        found[f"admin_{model._meta.app_label}_{name}"] = Noun({"object_id": row.pk}, stranger, {"object_id": NO_KEY})
    return found
