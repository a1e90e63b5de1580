"""What becomes of each row that names a person who wants to be forgotten: one written rule for each relation.

A relation without a rule, or an address without one, fails tests/portal/test_my_data.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.db.models import ForeignKey, Model

from partners.models import User


class Fate(Enum):
    ERASED = "erased"  # the row goes
    NAMELESS = "nameless"  # the row stays, with the number of an account that names nobody any more
    HELD = "held"  # the row stays as it is, for a reason and a time


@dataclass(frozen=True)
class Rule:
    """``title``: what these rows are, for the person. ``blanked``: columns of theirs that are emptied."""

    fate: Fate
    title: str
    blanked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    why: str
    until: str


YEARS = 5
SIGNED = Held(
    "Preuve de l’engagement pris au nom de l’organisation : nom, qualité et dossier de preuve du signataire.",
    f"{YEARS} ans après la fin de l’engagement, le temps de la prescription (article 2224 du code civil)",
)
ACCESS = Held(
    "Journal des accès : il montre qui a regardé le portail à la place de qui, et ne contient ni nom ni adresse.",
    "tant que le portail est ouvert",
)


def _all(fate: Fate, titles: dict[str, str]) -> dict[str, Rule]:
    return {name: Rule(fate, title) for title, names in titles.items() for name in names.split()}


RULES = _all(Fate.ERASED, {
    "Moyens de connexion": "mfa.Authenticator.user account.EmailAddress.user",
    "Connexions en cours": "usersessions.UserSession.user",
    "Jetons d’API": "partners.ApiToken.user",
    "Brouillons de projet": "partners.ProjectDraft.author",
    "Demandes de nouvelles": "partners.FollowUp.person partners.UpdateLink.person",
    "Choix de courriels": "partners.MutedLetter.user partners.MailRefusal.person",
    "Vues enregistrées": "partners.SavedView.owner partners.DefaultView.user",
    "Copies de vos données": "partners.DataExport.user",
    "Codes de signature": "charter.SigningCode.user charter.PasskeyChallenge.user",
    "Droits d’agent": "partners.StaffPerimeter.user partners.User_groups.user partners.User_user_permissions.user",
    "Gestes dans la gestion": "admin.LogEntry.user",
    "Lignes de travail": "partners.Assignment.agent partners.Assignment.by",
    "Calendrier personnel": "events.CalendarFeed.user",
    "Invitations à des rencontres": "events.Guest.person",
}) | _all(Fate.HELD, {
    "Signatures de la charte": "charter.Signature.signer charter.Withdrawal.signer",
    "Pouvoirs de signer": "charter.Mandate.person",
    "Événements de preuve": "charter.EvidenceEvent.person",
    "Adhésions sous un réseau": "charter.Adhesion.person",
    "Signatures d’accords": "partners.AgreementSigner.person",
}) | _all(Fate.NAMELESS, {
    "Regards d’agents à votre place": "partners.Viewing.agent partners.Viewing.person",
    "Signatures contresignées ou refusées": "charter.Signature.countersigned_by charter.Signature.refused_by",
    "Pouvoirs saisis ou vérifiés": "charter.Mandate.entered_by charter.Mandate.verified_by",
    "Versions de la charte": "charter.CharterVersion.proposed_by charter.CharterVersion.published_by",
    "Campagnes": "charter.Campaign.prepared_by charter.Campaign.opened_by charter.Campaign.closed_by "
    "charter.Concerned.added_by charter.InvitationList.prepared_by charter.Reminder.drafted_by "
    "charter.Reminder.confirmed_by",
    "Relances reçues": "charter.Recipient.person",
    "Transmissions et délibérations": "charter.Transmission.sender charter.Transmission.recipient "
    "charter.Deliberation.announced_by",
    "Accords": "partners.AgreementVersion.activated_by partners.AgreementVersion.created_by "
    "partners.Agreement.referent partners.Agreement.partner_referent partners.AgreementFile.uploaded_by "
    "partners.AgreementDocument.opened_by partners.AgreementEvent.by",
    "Bilans d’accords": "partners.AgreementReview.opened_by partners.ReviewAnswer.person "
    "partners.AgreementAction.owner partners.AgreementAction.done_by",
    "Commentaires d’accords": "partners.AgreementComment.author partners.AgreementComment.resolved_by "
    "partners.AgreementRemark.author",
    "Projets": "partners.Project.submitted_by partners.ProjectPhoto.added_by "
    "partners.ProposedChange.proposed_by partners.ProposedChange.decided_by",
    "Besoins et ressources": "partners.Need.created_by partners.Resource.published_by "
    "partners.Match.proposed_by partners.Match.decided_by",
    "Erreurs et messages traités": "partners.Correction.handled_by partners.TerritoryMessage.handled_by",
    "Notes": "partners.PartnerNote.author",
    "Fusions et doublons": "partners.Merge.by partners.Merge.undone_by partners.IdentityEvent.by "
    "partners.NotDuplicate.by",
    "Actes sur des listes et tableurs": "partners.BulkAct.by partners.SheetImport.by partners.SheetExport.by",
    "Envois groupés": "partners.Mailing.written_by partners.Mailing.confirmed_by partners.Resending.by "
    "partners.Bounce.lifted_by partners.Bounce.confirmed_by partners.MailingSelection.made_by",
    "Tableaux de bord": "partners.SteeringReport.created_by partners.SteeringReport.stopped_by "
    "partners.SteeringReader.added_by",
    "Invitations et demandes décidées": "partners.Invitation.invited_by partners.JoinRequest.decided_by",
    "Inscriptions faites pour des collègues": "events.Registration.registered_by events.Registration.cancelled_by",
    "Accueil des Conventions": "events.Door.made_by events.CheckIn.recognised_by events.CheckIn.undone_by",
    "Envois d’invitations à des rencontres": "events.InvitationRound.prepared_by "
    "events.InvitationRound.confirmed_by",
    "Programmes des Conventions": "events.ProgrammeChange.changed_by events.ProgrammeVersion.published_by",
    "Attributions d’ateliers": "events.AllocationRun.made_by events.AllocationRun.published_by",
    "Propositions et feuille de route, décisions": "events.Proposal.decided_by events.ProposalStep.by "
    "events.RoadmapItem.created_by events.RoadmapProject.linked_by events.RoadmapStep.by",
    "Reçu d’effacement": "partners.Erasure.user",
}) | {
    "partners.Membership.user": Rule(Fate.NAMELESS, "Rôles dans des organisations", blanked=("job_title",)),
    "events.Attendee.user": Rule(Fate.NAMELESS, "Participations aux Conventions"),
    "partners.SteeringReader.person": Rule(Fate.ERASED, "Tableaux de bord reçus"),
    "partners.Bounce.person": Rule(Fate.ERASED, "Échecs de votre adresse"),
    "partners.MailingRecipient.person": Rule(Fate.NAMELESS, "Courriels groupés reçus"),
}  # fmt: skip

# Where an address stands without any account: these rows go.
TYPED = {
    "partners.Alert.email": "Alertes par courriel",
    "partners.TerritoryMessage.email": "Messages aux agents",
    "partners.Invitation.email": "Invitations reçues",
    "partners.JoinRequest.email": "Demandes de rattachement",
    "events.Speaker.email": "Interventions dans des rencontres",
    "events.Guest.email": "Invitations à des rencontres",
    "partners.Bounce.address": "Échecs de votre adresse",
    "outbox.Posting.address": "Réponses du serveur de messagerie à votre adresse",
    "axes.AccessAttempt.username": "Essais de connexion",
    "axes.AccessFailureLog.username": "Essais de connexion",
    "axes.AccessLog.username": "Essais de connexion",
}
# Where the row stays, without the address.
EMPTIED = {"charter.MemberInvitation.email": "Invitations d’un réseau"}


def relations() -> Iterator[tuple[str, type[Model], ForeignKey]]:
    """Every column of every table that names a person."""
    for relation in User._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            model, field = relation.related_model, relation.field
            yield f"{model._meta.label}.{field.name}", model, field
