"""Cheap builders: each creates the least that its noun needs; any field can be given."""

import itertools
import time
from datetime import date, timedelta

from django.utils import timezone

from charter.models import Article, Campaign, CarriedOver, CharterVersion, Concerned, Mandate, Signature
from events.models import Attendee, Convention, Registration
from partners.models import (
    Agreement,
    AgreementVersion,
    Axis,
    Commune,
    Department,
    Invitation,
    Membership,
    Organisation,
    Project,
    Region,
    StaffPerimeter,
    Stake,
    User,
)

_numbers = itertools.count(1)


def region(code="53", name="Bretagne", **fields) -> Region:
    fields.setdefault("slug", name.lower())
    return Region.objects.get_or_create(code=code, defaults={"name": name, "zone": "metro", **fields})[0]


def department(code="29", name="Finistère", region=None, **fields) -> Department:
    fields.setdefault("slug", f"{name.lower()}-{code.lower()}")
    defaults = {"name": name, "zone": "metro", "region": region or _region_of_tests(), **fields}
    return Department.objects.get_or_create(code=code, defaults=defaults)[0]


def _region_of_tests() -> Region:
    return region()


def commune(code="29019", name="Brest", department=None, **fields) -> Commune:
    department = department or _department_of_tests()
    defaults = {
        "name": name,
        "department": department,
        "region": department.region,
        "population": 139_000,
        "lat": 48.3905,
        "lon": -4.486,
        "precision": "G",
        "postal_codes": ["29200"],
        **fields,
    }
    return Commune.objects.get_or_create(code=code, defaults=defaults)[0]


def _department_of_tests() -> Department:
    return department()


def organisation(**fields) -> Organisation:
    number = next(_numbers)
    fields.setdefault("kind", "local")
    fields.setdefault("name", f"Organisation {number}")
    fields.setdefault("slug", f"organisation-{number}")
    return Organisation.objects.create(**fields)


def user(email=None, **fields) -> User:
    """A person without password, whose address is verified."""
    from allauth.account.models import EmailAddress

    email = email or f"personne{next(_numbers)}@test.invalid"
    fields.setdefault("full_name", "Camille Essai")
    person = User.objects.create_user(email, **fields)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def staff(national=True, regions=(), **fields) -> User:
    """An agent of La Poste: national, or with the perimeter of some régions."""
    person = user(is_staff=True, **fields)
    perimeter = StaffPerimeter.objects.create(user=person, national=national and not regions)
    perimeter.regions.set(regions)
    return person


def membership(user, organisation, role="contributor", **fields) -> Membership:
    return Membership.objects.create(user=user, organisation=organisation, role=role, **fields)


def invitation(organisation, email="invite@test.invalid", **fields) -> Invitation:
    now = timezone.now()
    given = {"full_name": "Bob Test", "role": "contributor", "sent_at": now, "expires_at": now + timedelta(days=14)}
    given["invited_by"] = fields.pop("invited_by", None) or user()
    return Invitation.objects.create(organisation=organisation, email=email, **given | fields)


def stake(slug="numerique", label="numérique éthique et inclusif", position=2) -> Stake:
    return Stake.objects.get_or_create(slug=slug, defaults={"label": label, "short_label": slug, "position": position})[
        0
    ]


def axis(number=None, label=None, **fields) -> Axis:
    number = number or 1 + next(_numbers) % 60
    fields.setdefault("status", "to_confirm")
    return Axis.objects.create(number=number, label=label or f"Axe {number}", **fields)


def project(axes=(), **fields) -> Project:
    """A published project, confirmed today."""
    number = next(_numbers)
    fields.setdefault("title", f"Projet {number}")
    fields.setdefault("slug", f"projet-{number}")
    fields.setdefault("moderation", "published")
    made = Project.objects.create(**fields)
    if axes:
        made.axes.set(axes)
    return made


def agreement(organisation=None, **fields) -> Agreement:
    """In force since 2025, with its first version, unless told otherwise; the partner knows it when it is no draft."""
    fields.setdefault("title", "Accord d’essai")
    fields.setdefault("kind", "mecenat")
    state = fields.setdefault("state", "active")
    runs = state in ("active", "ended")
    said = {name: fields.pop(name, None) for name in ("ends_on", "amount_cents", "text")}
    said["starts_on"] = fields.pop("starts_on", date(2025, 1, 1))
    if runs:
        fields |= {"starts_on": said["starts_on"], "ends_on": said["ends_on"]}
        fields.setdefault("shared_at", timezone.now())
    made = Agreement.objects.create(organisation=organisation or _organisation_of_tests(), **fields)
    agreement_version(made, runs=runs, shared_at=fields.get("shared_at"), **(said | {"text": said["text"] or ""}))
    return made


def agreement_version(agreement, runs=False, **fields) -> AgreementVersion:
    """The first version of ``agreement``, or another by ``kind`` and ``number``; with ``runs``, put in force."""
    stage = "active" if runs else "shared" if fields.get("shared_at") else "draft"
    fields.setdefault("stage", "dropped" if agreement.state == "void" else stage)
    if runs:
        fields |= {"runs_from": fields.get("starts_on"), "runs_until": fields.get("ends_on")}
        fields["shared_at"] = fields.get("shared_at") or timezone.now()
    return AgreementVersion.objects.create(agreement=agreement, **fields)


def _organisation_of_tests() -> Organisation:
    return organisation()


def charter_version(label=None, published=True, articles=("Préambule", "Article 1"), **fields) -> CharterVersion:
    """A version with articles; published and in force since 2020 unless told otherwise."""
    label = label or f"v{next(_numbers)}"
    fields.setdefault("slug", label.lower())
    fields.setdefault("title", "Charte de l’Alliance Dynamique")
    fields.setdefault("effective_on", date(2020, 7, 2))
    version = CharterVersion.objects.create(label=label, **fields)
    Article.objects.bulk_create(
        Article(version=version, position=n, heading=heading, text=f"Texte de {heading}.")
        for n, heading in enumerate(articles, 1)
    )
    return publish(version) if published else version


def publish(version: CharterVersion) -> CharterVersion:
    """Proposed by one agent and published by another, without a leaf in the journal."""
    version.proposed_by, version.published_by = (
        User.objects.get_or_create(email=f"{name}@editeurs.invalid", defaults={"is_active": False})[0]
        for name in ("propose", "publie")
    )
    version.proposed_at = version.published_at = timezone.now()
    version.digest, version.state = version.compute_digest(), "published"
    version.save()
    return version


def mandate(organisation, person, verified_by=None, **fields) -> Mandate:
    """A verified mandate of legal representative, running since last year."""
    agent = verified_by or staff()
    fields.setdefault("kind", "legal")
    fields.setdefault("job_title", "présidente")
    fields.setdefault("starts_on", timezone.localdate() - timedelta(days=365))
    fields.setdefault("state", "verified")
    fields.setdefault("entered_by", person)
    if fields["state"] == "verified":
        fields.setdefault("verified_by", agent)
        fields.setdefault("verified_at", timezone.now())
    return Mandate.objects.create(organisation=organisation, person=person, **fields)


def signature(organisation=None, version=None, countersigned=True, **fields) -> Signature:
    """A signature, countersigned unless told otherwise."""
    organisation = organisation or _organisation_of_tests()
    signer = fields.pop("signer", None) or user()
    version = version or charter_version()
    at = fields.pop("signed_at", None) or timezone.now() - timedelta(days=1)
    power = fields.pop("mandate", None) or mandate(organisation, signer, starts_on=at.date() - timedelta(days=365))
    if countersigned:
        fields.setdefault("countersigned_at", at + timedelta(hours=2))
        fields.setdefault("countersigned_by", power.verified_by or staff())
    return Signature.objects.create(
        organisation=organisation,
        version=version,
        signer=signer,
        mandate=power,
        signed_at=at,
        organisation_name=organisation.name,
        signer_name=signer.full_name,
        signer_job_title=power.job_title,
        consent_text=fields.pop("consent_text", "J’ai lu la charte et je la signe."),
        document_digest=version.digest or "0" * 64,
        proof_level=fields.pop("proof_level", "code"),
        **fields,
    )


def carried_over(signature, version) -> CarriedOver:
    """``signature`` counts for ``version``, which is editorial."""
    return CarriedOver.objects.create(signature=signature, version=version, carried_at=timezone.now())


def campaign(version=None, opened=True, concerned=(), opened_at=None, **fields) -> Campaign:
    """Open since ten days, for thirty days more and a month of grace, unless told otherwise; nobody was written to."""
    today, now = timezone.localdate(), timezone.now()
    fields.setdefault("opens_on", today - timedelta(days=10))
    fields.setdefault("closes_on", today + timedelta(days=30))
    fields.setdefault("grace_on", fields["closes_on"] + timedelta(days=30))
    fields.setdefault("prepared_by", staff())
    fields.setdefault("prepared_at", now - timedelta(days=11))
    made = Campaign.objects.create(version=version or charter_version(), **fields)
    for each in concerned:
        Concerned.objects.create(campaign=made, organisation=each, origin="standing", added_at=now - timedelta(days=10))
    if opened:
        made.opened_at, made.opened_by = opened_at or now - timedelta(days=10), made.prepared_by
        made.save()
    return made


def convention(**fields) -> Convention:
    """A published Convention in thirty days, open for registration, with 10 seats."""
    number = next(_numbers)
    now = timezone.now()
    fields.setdefault("slug", f"convention-{number}")
    fields.setdefault("title", f"Convention {number}")
    fields.setdefault("state", "published")
    fields.setdefault("starts_at", now + timedelta(days=30))
    fields.setdefault("ends_at", fields["starts_at"] + timedelta(hours=8))
    fields.setdefault("opens_at", now - timedelta(days=10))
    fields.setdefault("capacity", 10)
    return Convention.objects.create(**fields)


def attendee(**fields) -> Attendee:
    number = next(_numbers)
    fields.setdefault("name", f"Participante {number}")
    fields.setdefault("email", f"participante{number}@test.invalid")
    return Attendee.objects.create(**fields)


def registration(convention, attendee=None, status="confirmed", **fields) -> Registration:
    fields.setdefault("registered_at", timezone.now())
    if status in {"confirmed", "cancelled", "declined"}:
        fields.setdefault(f"{status}_at", fields["registered_at"])
    if status in {"offered", "expired"}:
        fields.setdefault("offered_at", fields["registered_at"])
        fields.setdefault("offer_ends_at", fields["offered_at"] + timedelta(hours=24))
    return Registration.objects.create(
        convention=convention, attendee=attendee or _attendee_of_tests(), status=status, **fields
    )


def _attendee_of_tests() -> Attendee:
    return attendee()


def sign_in(client, user, *, second_factor=None):
    """Open a session for ``user``; agents have given their second factor, unless ``second_factor=False``."""
    client.force_login(user)
    if user.is_staff if second_factor is None else second_factor:
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": 0, "at": time.time()}]
        session.save()
    return client
