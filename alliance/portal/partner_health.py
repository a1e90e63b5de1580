"""How a partnership is doing: a light, the rule that gave it in plain French, and the next step."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.urls import reverse

from alliance.lib import french
from charter.models.signature import signatory_state
from partners.models import Agreement, Membership, Project
from partners.models.project import FRESH_MONTHS, STALE_MONTHS, months_before


@dataclass(frozen=True)
class Rule:
    """``weight``: 2 when its failure alone is red, 1 when it is amber. ``step`` and ``url``: what to do then."""

    holds: bool
    words: str
    weight: int = 1
    step: str = ""
    url: str = ""


@dataclass(frozen=True)
class Health:
    rules: tuple[Rule, ...]

    @property
    def failing(self) -> list[Rule]:
        return sorted((rule for rule in self.rules if not rule.holds), key=lambda rule: -rule.weight)

    @property
    def light(self) -> str:
        worst = max((rule.weight for rule in self.failing), default=0)
        return ("ok", "attention", "alert")[worst]

    @property
    def label(self) -> str:
        return {"ok": "Tout va bien", "attention": "À suivre", "alert": "À reprendre"}[self.light]

    @property
    def why(self) -> str:
        """The rule that gave the light."""
        return self.failing[0].words if self.failing else "Les quatre règles ci-dessous sont tenues."

    @property
    def next_step(self) -> Rule | None:
        return next((rule for rule in self.failing if rule.url), None)


def with_health(rows: QuerySet, version, today: date) -> QuerySet:
    """Annotate what ``health_of`` reads: still one query."""
    agreements = Agreement.objects.filter(organisation=OuterRef("pk"))
    administrators = Membership.objects.live(today).filter(
        organisation=OuterRef("pk"), role=Membership.Role.ADMINISTRATOR, user__is_active=True
    )
    latest = Project.objects.public().filter(lead=OuterRef("pk")).order_by().values("lead")
    return rows.annotate(
        signatory=signatory_state(version),
        has_administrator=Exists(administrators),
        in_force=Exists(agreements.in_force(today)),
        is_due=Exists(agreements.filter(state="active", ends_on__lt=today)),
        last_confirmed=latest.annotate(last=Max("confirmed_on")).values("last"),
    )


def health_of(organisation, today: date) -> Health:
    """Needs ``with_health``."""
    return Health((signed(organisation), reachable(organisation), fresh(organisation, today), bound(organisation)))


def signed(organisation) -> Rule:
    words = {
        "current": "Signataire de la charte en vigueur.",
        "pending": "A signé la charte : sa signature attend d’être contresignée.",
        "former": "N’est plus signataire de la version en vigueur de la charte.",
        "none": "N’a pas signé la charte.",
    }[organisation.signatory]
    if organisation.signatory == "pending":
        address = f"{reverse('admin:charter_signature_changelist')}?etat=pending&q={organisation.slug}"
        return Rule(False, words, 1, "Contresigner", address)
    address = f"{reverse('admin:partners_organisation_changelist')}?id={organisation.pk}"
    return Rule(organisation.signatory == "current", words, 2, "Inviter à signer", address)


def reachable(organisation) -> Rule:
    if organisation.has_administrator:
        return Rule(True, "Une personne au moins administre son espace.")
    address = f"{reverse('staff_invite')}?organisation={organisation.pk}"
    return Rule(False, "Personne n’administre son espace : aucun projet ne peut être confirmé.", 2, "Inviter", address)


def fresh(organisation, today: date) -> Rule:
    last = organisation.last_confirmed
    address = f"{reverse('admin:partners_project_changelist')}?lead__id__exact={organisation.pk}"
    if last is None:
        return Rule(False, "Aucun projet publié.", 1, "Voir ses projets", address)
    words = f"Dernier projet confirmé le {french.long_date(last)}"
    if last > months_before(today, FRESH_MONTHS):
        return Rule(True, f"{words}, il y a moins de six mois.")
    weight, months = (2, "douze") if last < months_before(today, STALE_MONTHS) else (1, "six")
    return Rule(False, f"{words}, il y a plus de {months} mois.", weight, "Voir ses projets", address)


def bound(organisation) -> Rule:
    address = f"{reverse('admin:partners_agreement_changelist')}?organisation__id__exact={organisation.pk}"
    if organisation.is_due:
        return Rule(False, "Un accord est arrivé à terme et attend une décision.", 2, "Décider", address)
    if organisation.in_force:
        return Rule(True, "Un accord de partenariat est en vigueur.")
    return Rule(False, "Aucun accord de partenariat en vigueur.", 1, "Préparer un accord", new_agreement(organisation))


def new_agreement(organisation) -> str:
    return reverse("staff_agreement_new", args=[organisation.slug])
