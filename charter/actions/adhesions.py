"""Adhering under a network, and leaving: a light act of a member, its own kind of leaf in the journal."""

import hashlib
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from alliance import outbox
from alliance.lib import french
from alliance.lib.errors import Conflict, conflict_on
from alliance.proof import journal
from charter.actions.refusals import wrong
from charter.models import Adhesion, CharterVersion, MemberInvitation, Signature, adhesion_text
from charter.models.adhesion import equivalents
from partners.models import Membership, Organisation, User

DECIDERS = {Membership.Role.ADMINISTRATOR, Membership.Role.SIGNATORY}
ALREADY = "Votre organisation adhère déjà sous ce réseau."
IN_SPACE = "Cette organisation a un espace sur le portail : c’est là que l’adhésion se décide."


def may_decide(user: User, organisation: Organisation) -> bool:
    """Who adheres and leaves for an organisation, and who invites for a network: no mandate is asked for."""
    return bool(DECIDERS & user.roles_in(organisation))


def networks_of(organisation: Organisation) -> list[Organisation]:
    """Those under which it may adhere: above it in the tree, or whose invitation it received. One query."""
    above = Q(children=organisation) | Q(children__children=organisation)
    invited = MemberInvitation.objects.sent().filter(organisation=organisation, revoked_at__isnull=True)
    rows = Organisation.objects.filter(above | Q(pk__in=invited.values("network")), kind="network")
    return list(rows.defer("search", "description").distinct().order_by("search_name", "pk"))


def adhere(
    *, organisation: Organisation, network: Organisation, by: User, consent: str, at: datetime | None = None
) -> Adhesion:
    """Adhere to the version in force, in the space of the member.

    Raises Conflict "no_version", "not_member", "network_not_signatory", "already_adheres"; ValidationError "consent";
    PermissionDenied without the role. Concurrent calls queue on the organisation's row.
    """
    if not may_decide(by, organisation):
        raise PermissionDenied
    at = at or timezone.now()
    with conflict_on("adhesion_live_once", ALREADY, code="already_adheres"):
        organisation = _locked(organisation)
        version = standing_version(network, at)
        if network not in networks_of(organisation):
            raise Conflict("Votre organisation n’est pas membre de ce réseau.", code="not_member")
        text = _consented(organisation, network, version, consent)
        title = by.memberships.live().filter(organisation=organisation).exclude(job_title="").first()
        adhesion = _record(
            organisation, network, version, text, at,
            means=Adhesion.Means.SPACE, person=by, person_name=by.full_name or by.email,
            person_job_title=title.job_title if title else "",
        )  # fmt: skip
        _answer_waiting(adhesion, at)
        _journal(adhesion, by.email)
        outbox.owe("charter.send_adhesion_receipt", adhesion.pk)
    return adhesion


def adhere_by_link(
    *, invitation: MemberInvitation, name: str, job_title: str, consent: str, at: datetime | None = None
) -> Adhesion:
    """What the holder of an invitation's link answers, for an organisation that nobody looks after on the portal.

    Raises Conflict "revoked", "expired", "adhered", "declined", "answers_in_space", "not_member",
    "new_version", "network_not_signatory", "no_version", "already_adheres"; ValidationError on "name", "consent".
    """
    at = at or timezone.now()
    if not name.strip():
        raise wrong("name", "Donnez votre nom.", "required")
    with conflict_on("adhesion_live_once", ALREADY, code="already_adheres"):
        invitation = _waiting(invitation, at)
        if invitation.organisation_id and has_deciders(invitation.organisation):
            raise Conflict(IN_SPACE, code="answers_in_space")
        organisation = _locked(_of(invitation))
        version = standing_version(invitation.network, at)
        if version.pk != invitation.version_id:
            raise Conflict("La charte a changé depuis cette invitation : demandez-en une autre.", code="new_version")
        text = _consented(organisation, invitation.network, version, consent)
        adhesion = _record(
            organisation, invitation.network, version, text, at,
            means=Adhesion.Means.LINK, invitation=invitation, person_name=name.strip(),
            person_job_title=job_title.strip(),
        )  # fmt: skip
        invitation.organisation = organisation
        invitation.answered_at, invitation.answer = at, MemberInvitation.Answer.ADHERED
        invitation.save(update_fields=["organisation", "answered_at", "answer"])
        _journal(adhesion, invitation.email)
        outbox.owe("charter.send_adhesion_receipt", adhesion.pk)
    return adhesion


def decline_by_link(*, invitation: MemberInvitation, at: datetime | None = None) -> MemberInvitation:
    """Raises Conflict as the state of the invitation says."""
    at = at or timezone.now()
    with transaction.atomic():
        invitation = _waiting(invitation, at)
        invitation.answered_at, invitation.answer = at, MemberInvitation.Answer.DECLINED
        invitation.save(update_fields=["answered_at", "answer"])
    return invitation


def withdraw_adhesion(
    *, adhesion: Adhesion, side: str, by: User | None = None, motive: str = "", at: datetime | None = None
) -> Adhesion:
    """End it, by its ``member`` (in its space, or by the link of the receipt: ``by`` is None) or by its ``network``.

    Raises Conflict "withdrawn"; ValidationError "motive" when a network gives none; PermissionDenied without the role.
    """
    at = at or timezone.now()
    organisation = adhesion.organisation if side == "member" else adhesion.network
    if (by is None and side != "member") or (by and not may_decide(by, organisation)):
        raise PermissionDenied
    if side == "network" and not motive.strip():
        raise wrong("motive", "Dites pourquoi en quelques mots.", "required")
    with transaction.atomic():
        adhesion = Adhesion.objects.select_for_update(of=("self",), no_key=True).get(pk=adhesion.pk)
        if adhesion.withdrawn_at:
            raise Conflict("Cette adhésion est déjà retirée.", code="withdrawn")
        adhesion.withdrawn_at, adhesion.withdrawn_side, adhesion.motive = at, side, motive.strip()
        adhesion.save(update_fields=["withdrawn_at", "withdrawn_side", "motive"])
        journal.append(
            kind="adhesion_withdrawn",
            subject=str(adhesion.public_id),
            facts={"withdrawn_at": journal.instant(at), "by": side},
            personal={"person": by.email if by else adhesion.person_name} | ({"motive": motive} if motive else {}),
        )
    return adhesion


def standing_version(network: Organisation, at: datetime) -> CharterVersion:
    """The version in force, when ``network`` is a signatory of it. Raises Conflict."""
    version = CharterVersion.objects.in_force(timezone.localdate(at))
    if version is None:
        raise Conflict("Aucune version de la charte n’est en vigueur.", code="no_version")
    if not Signature.objects.current(version).filter(organisation=network).exists():
        raise Conflict(
            "Ce réseau n’est pas signataire de la version en vigueur : on n’adhère pas encore sous lui.",
            code="network_not_signatory",
        )
    return version


def has_deciders(organisation: Organisation) -> bool:
    """Whether somebody on the portal answers for it."""
    live = Membership.objects.live().filter(organisation=organisation, role__in=DECIDERS, user__is_active=True)
    return live.exists()


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)


def _waiting(invitation: MemberInvitation, at: datetime) -> MemberInvitation:
    rows = MemberInvitation.objects.select_related("network", "version").select_for_update(of=("self",), no_key=True)
    invitation = rows.get(pk=invitation.pk)
    state = invitation.state(at)
    if state != "waiting":
        raise Conflict(OVER[state], code=state)
    return invitation


OVER = {
    "revoked": "Le réseau a repris cette invitation.",
    "expired": "Cette invitation n’est plus valable : demandez-en une autre à votre réseau.",
    "adhered": "Cette invitation a déjà sa réponse : l’organisation adhère.",
    "declined": "Cette invitation a déjà sa réponse : elle a été déclinée.",
}


def _of(invitation: MemberInvitation) -> Organisation:
    """The organisation of a line; made, and hidden until agents publish it, when the portal does not know it."""
    if invitation.organisation_id:
        return invitation.organisation.absorbed_into or invitation.organisation
    if invitation.siren:
        known = Organisation.objects.filter(siren=invitation.siren, siret="", absorbed_into=None).first()
        if known and has_deciders(known):
            raise Conflict(IN_SPACE, code="answers_in_space")
        if known and invitation.network not in networks_of(known):
            raise Conflict("Cette organisation n’est pas membre de ce réseau : écrivez à La Poste.", code="not_member")
        if known:
            return known
    return Organisation.objects.create(
        name=invitation.name, kind=Organisation.Kind.LOCAL, parent=invitation.network, siren=invitation.siren,
        slug=f"membre-{invitation.public_id.hex[:12]}", is_public=False, is_demo=invitation.network.is_demo,
        source=f"Liste {french.of(invitation.network.label)}",
    )  # fmt: skip


def _consented(organisation: Organisation, network: Organisation, version: CharterVersion, consent: str) -> str:
    """The words, when they are those that were ticked and nothing stands yet."""
    text = adhesion_text(organisation.name, network.name, version)
    if not constant_time_compare(consent.encode(), text.encode()):
        raise wrong("consent", "Cochez la case pour dire que vous adhérez.", "required")
    standing = Adhesion.objects.live().filter(organisation=organisation, network=network)
    if standing.filter(version__in=equivalents(version)).exists():
        raise Conflict(ALREADY, code="already_adheres")
    return text


def _record(organisation, network, version, text: str, at: datetime, **who) -> Adhesion:
    return Adhesion.objects.create(
        organisation=organisation, organisation_name=organisation.name, network=network, network_name=network.name,
        version=version, document_digest=version.digest, consent_text=text, adhered_at=at,
        is_demo=organisation.is_demo, **who,
    )  # fmt: skip


def _answer_waiting(adhesion: Adhesion, at: datetime) -> None:
    """The invitation that waited has its answer."""
    waiting = MemberInvitation.objects.waiting(at).filter(organisation=adhesion.organisation, network=adhesion.network)
    waiting.update(answered_at=at, answer=MemberInvitation.Answer.ADHERED)


def _journal(adhesion: Adhesion, email: str) -> None:
    journal.append(
        kind="adhered",
        subject=str(adhesion.public_id),
        facts={
            "organisation": str(adhesion.organisation.public_id),
            "network": str(adhesion.network.public_id),
            "version": adhesion.version.label,
            "document_digest": adhesion.document_digest,
            "consent_digest": hashlib.sha256(adhesion.consent_text.encode()).hexdigest(),
            "means": adhesion.means,
            "adhered_at": journal.instant(adhesion.adhered_at),
        },
        personal={"name": adhesion.person_name, "email": email, "job_title": adhesion.person_job_title},
    )
