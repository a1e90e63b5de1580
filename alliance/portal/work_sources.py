"""Where work comes from: for each sort of thing that waits, whose it is, since when, and the page that settles it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, DateTimeField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Left

from alliance.outbox.models import Owed
from charter.models import Mandate, Signature
from partners.models import (
    Agreement,
    AgreementVersion,
    Bounce,
    Correction,
    JoinRequest,
    Match,
    Need,
    Project,
    ProposedChange,
    TerritoryMessage,
)
from partners.models.bounce import BounceQuerySet
from partners.models.project import STALE_MONTHS, months_before

SOON = timedelta(days=90)
NOTHING = Value("", CharField())
PLACE = {"region": "region__name", "code": "region", "kind": NOTHING}
OF_ORGANISATION = {
    "organisation": "organisation__name",
    "region": "organisation__region__name",
    "code": "organisation__region",
    "kind": "organisation__kind",
}
PLACED = {"region": "region__name", "code": "region"}
OF_EITHER = {
    name: (f"project__{of_project}", f"organisation__{of_organisation}")
    for name, of_project, of_organisation in (
        ("organisation", "lead__name", "name"),
        ("region", "region__name", "region__name"),
        ("code", "region", "region"),
    )
} | {"kind": "organisation__kind"}


@dataclass(frozen=True)
class Source:
    """``rows(user, today)``: what waits, for who may settle it. ``since``: the column of the wait, or of the term when
    ``is_term``. ``patience``: the days after which it is late. ``rank``: 1 comes after all that is 0.
    ``words``: what a line shows, as columns. ``dressed`` gives rows the columns that ``rows`` had computed."""

    key: str
    group: str
    label: str
    rows: Callable[[Any, date], QuerySet]
    since: Any
    page: str
    reference: str
    words: dict[str, Any]
    patience: int = 7
    is_term: bool = False
    rank: int = 0
    dressed: Callable[[QuerySet], QuerySet] = QuerySet.all

    @property
    def waiting_since(self):
        return Cast(self.since, DateTimeField())

    def column(self, name: str):
        """Text, or null."""
        given = self.words.get(name, NOTHING)
        return Coalesce(*given) if isinstance(given, tuple) else F(given) if isinstance(given, str) else given


def _stale(user, today: date) -> QuerySet:
    return Project.objects.writable_by(user).public().filter(confirmed_on__lt=months_before(today, STALE_MONTHS))


def _terms(user, today: date) -> QuerySet:
    return Agreement.objects.writable_by(user).filter(state="active", ends_on__lte=today + SOON)


def _signed(user, today: date) -> QuerySet:
    rows = Agreement.objects.writable_by(user)
    return with_signed_at(rows).filter(pk__in=AgreementVersion.objects.filter(stage="signed").values("agreement"))


def with_signed_at(agreements: QuerySet) -> QuerySet:
    signed = AgreementVersion.objects.filter(agreement=OuterRef("pk"), stage="signed").values("updated_at")[:1]
    return agreements.annotate(signed_at=Subquery(signed))


def _dead(user, today: date) -> QuerySet:
    return Owed.objects.dead() if user.is_national else Owed.objects.none()


def _failing(user, today: date) -> QuerySet:
    return Bounce.objects.writable_by(user).unsettled()


SOURCES = {
    source.key: source
    for source in (
        Source(
            "signature", "signatures", "Signature à contresigner",
            lambda user, today: Signature.objects.writable_by(user).pending(), "signed_at",
            "admin:charter_signature_change", "pk", OF_ORGANISATION | {"subject": "signer_name"},
        ),
        Source(
            "mandat", "mandats", "Mandat à vérifier",
            lambda user, today: Mandate.objects.writable_by(user).filter(state="submitted"), "entered_at",
            "admin:charter_mandate_change", "pk", OF_ORGANISATION | {"subject": "person__full_name"},
        ),
        Source(
            "projet", "relecture", "Projet à publier",
            lambda user, today: Project.objects.writable_by(user).filter(moderation="submitted"),
            Coalesce("submitted_at", "updated_at"),
            "staff_moderation_project", "slug", PLACE | {"subject": "title", "organisation": "lead__name"},
        ),
        Source(
            "modification", "relecture", "Modification à relire",
            lambda user, today: ProposedChange.objects.writable_by(user).waiting(), "proposed_at",
            "staff_moderation_change", "public_id", OF_EITHER | {"subject": ("project__title", "organisation__name")},
        ),
        Source(
            "erreur", "erreurs", "Erreur signalée",
            lambda user, today: Correction.objects.writable_by(user).filter(handled_at=None), "reported_at",
            "admin:partners_correction_change", "pk",
            OF_EITHER
            | {"organisation": ("project__title", "organisation__name"), "subject": Left("text", 90)},
        ),
        Source(
            "message", "messages", "Message d’un territoire",
            lambda user, today: TerritoryMessage.objects.writable_by(user).waiting(), "sent_at",
            "admin:partners_territorymessage_change", "pk", PLACE | {"subject": Left("text", 90)},
        ),
        Source(
            "accord", "accords", "Accord à son terme", _terms, "ends_on",
            "staff_agreement", "public_id", OF_ORGANISATION | {"subject": "title"}, 0, True,
        ),
        Source(
            "accord-signe", "accords", "Accord à mettre en vigueur", _signed, "signed_at",
            "staff_agreement", "public_id", OF_ORGANISATION | {"subject": "title"}, dressed=with_signed_at,
        ),
        Source(
            "besoin", "besoins", "Besoin sans réponse",
            lambda user, today: Need.objects.writable_by(user).open(today).unanswered(), "created_at",
            "staff_need", "public_id", OF_ORGANISATION | PLACED | {"subject": "title"}, 14,
        ),
        Source(
            "demande", "besoins", "Ressource demandée",
            lambda user, today: Match.objects.writable_by(user).waiting().filter(proposed_side="partner"),
            "proposed_at", "staff_need", "need__public_id",
            {"organisation": "need__organisation__name", "subject": "resource__title"}
            | {name: f"need__{path}" for name, path in PLACED.items()},
        ),
        Source(
            "rattachement", "demandes", "Demande de rattachement",
            lambda user, today: JoinRequest.objects.writable_by(user).for_staff(), "confirmed_at",
            "staff_join_request", "public_id",
            {
                "subject": "full_name",
                "organisation": ("organisation__name", "name"),
                "region": ("organisation__region__name", "commune__region__name"),
                "code": ("organisation__region", "commune__region"),
                "kind": "organisation__kind",
            },
        ),
        Source(
            "silence", "silence", "Projet sans nouvelles", _stale, "confirmed_on",
            "admin:partners_project_change", "pk",
            PLACE | {"subject": "title", "organisation": "lead__name"}, 395, rank=1,
        ),
        Source(
            "adresse", "courriels", "Adresse qui ne reçoit plus", _failing, "bounced_at",
            "staff_bounce", "pk",
            {"subject": "address", "organisation": "organisation_name", "region": "region_name"}
            | {"code": "region_code", "kind": "organisation_kind"},
            dressed=BounceQuerySet.with_organisation,
        ),
        Source(
            "courriel", "courriels", "Courriel ou travail abandonné", _dead, "created_at",
            "admin:outbox_owed_change", "pk", {"subject": "last_error"}, 1,
        ),
    )
}  # fmt: skip
GROUPS = {
    "signatures": "Signatures",
    "mandats": "Mandats",
    "relecture": "À relire",
    "erreurs": "Erreurs",
    "messages": "Messages",
    "accords": "Accords",
    "besoins": "Besoins",
    "demandes": "Rattachements",
    "silence": "Sans nouvelles",
    "courriels": "Courriels",
}
