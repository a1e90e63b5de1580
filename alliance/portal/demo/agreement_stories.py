"""Agreements on their way: in discussion, at signature, signed, amended, reviewed. No text here is official."""

from datetime import datetime, timedelta

from alliance.lib.french import long_date, typeset
from partners.actions.agreement_signing import Place, send_for_signature, sign_agreement
from partners.models import (
    Agreement,
    AgreementAction,
    AgreementComment,
    AgreementEvent,
    AgreementReview,
    AgreementTemplate,
    AgreementVersion,
    GroupEntity,
    Organisation,
    ReviewAnswer,
    User,
)

Event = AgreementEvent.Kind
TEXT = """# Article 1. Objet

{objet} : La Poste et {organisation} disent ce que chacune apporte, et ce qu’elles feront ensemble.

# Article 2. Ce que chacune apporte

La Poste prête des lieux et du temps de ses équipes. {organisation} accueille, forme et accompagne.

# Article 3. Durée

Du {debut} au {fin}. Au terme, rien ne se renouvelle tout seul : les deux côtés en décident.

# Article 4. Bilan

Chaque année, les deux côtés répondent à la même grille : innovation, performance, confiance."""
ENTITIES = ("Branche de démonstration des lieux", "Filiale de démonstration du numérique")
SOURCE = "Démonstration : à remplacer par les entités réelles"


def tell(network: Organisation, home: Organisation, signatory: User, agents: dict[str, User], now: datetime) -> None:
    """Stories of the two organisations whose people sign in, on agreements that were made already."""
    template = AgreementTemplate.objects.create(title="Accord de coopération", text=typeset(TEXT), is_placeholder=True)
    entities = [GroupEntity.objects.create(label=label, source=SOURCE, is_demo=True) for label in ENTITIES]
    agent = agents["nationale"]
    drafts = list(Agreement.objects.filter(is_demo=True, state="draft").order_by("pk")[:4])
    for draft, organisation in zip(drafts, (network, network, network, home), strict=True):
        _begin(draft, organisation, template, agents["bretagne"] if organisation == home else agent, now)
        draft.entities.set(entities[:1])
    discussed, sent, signed, _ = drafts
    _comment(discussed, agent, signatory, now)
    order = [Place("partner", signatory, "présidente"), Place("poste", agent, "responsable des partenariats")]
    send_for_signature(version=sent.versions.get(), by=agent, order=order)
    document = send_for_signature(version=signed.versions.get(), by=agent, order=order)
    for place in order:
        sign_agreement(document=document, by=place.person, power="pouvoir de démonstration")
    running = Agreement.objects.filter(is_demo=True, state="active", starts_on__lt=now.date() - timedelta(days=200))
    running = running.filter(ends_on__gt=now.date() + timedelta(days=120)).order_by("pk")
    ours = running.filter(organisation=network).first() or running.filter(organisation__kind="network").first()
    Agreement.objects.filter(pk=ours.pk).update(organisation=network)
    _review(ours, agent, None, now)
    theirs = running.filter(organisation__kind="local").first()
    delegate = agents["bretagne"]
    Agreement.objects.filter(pk=theirs.pk).update(organisation=home, referent=delegate)
    _amend(theirs, delegate, now)
    _review(theirs, delegate, home.memberships.order_by("pk").last().user, now)


def _begin(draft: Agreement, organisation: Organisation, template: AgreementTemplate, agent: User, now) -> None:
    """A text that both sides read."""
    shared = now - timedelta(days=20)
    begins = now.date() + timedelta(days=30)
    ends = begins + timedelta(days=729)
    Agreement.objects.filter(pk=draft.pk).update(
        organisation=organisation, referent=agent, shared_at=shared, partner_referent=None
    )
    draft.refresh_from_db()
    said = {"objet": draft.title, "organisation": organisation.name, "debut": long_date(begins), "fin": long_date(ends)}
    draft.versions.update(
        template=template,
        text=template.filled(**said),
        stage="shared",
        shared_at=shared,
        starts_on=begins,
        ends_on=ends,
    )
    _note(draft, Event.DRAFTED, agent, shared - timedelta(days=9), template.title, internal=True)
    _note(draft, Event.SHARED, agent, shared, "Accord initial")


def _comment(agreement: Agreement, agent: User, signatory: User, now: datetime) -> None:
    said = (
        (signatory, "partner", "Article 3. Durée", "Deux ans, c’est court pour équiper trois lieux : trois ans ?", 12),
        (agent, "poste", "Article 3. Durée", "D’accord pour trois ans, avec un bilan à mi-chemin.", 9),
        (signatory, "partner", "Article 2. Ce que chacune apporte", "Qui assure l’accueil le samedi ?", 3),
    )
    version = agreement.versions.get()
    for position, (author, side, passage, text, days) in enumerate(said):
        at = now - timedelta(days=days)
        settled = {"resolved_at": now - timedelta(days=8), "resolved_by": agent} if position < 2 else {}
        AgreementComment.objects.create(
            version=version, side=side, author=author, passage=passage, text=text, created_at=at, **settled
        )


def _amend(agreement: Agreement, agent: User, now: datetime) -> None:
    """An amendment that runs since a hundred days: the version before it ended on its eve."""
    first, begins = agreement.versions.get(), now.date() - timedelta(days=100)
    last = first.runs_until
    first.runs_until = begins - timedelta(days=1)
    first.save()
    at = now - timedelta(days=101)
    AgreementVersion.objects.create(
        agreement=agreement, kind="amendment", number=1, stage="active", changes="Un lieu de plus, sans autre montant.",
        starts_on=begins, ends_on=last, runs_from=begins, runs_until=last, shared_at=at - timedelta(days=30),
        activated_at=at, activated_by=agent, amount_cents=first.amount_cents,
    )  # fmt: skip
    _note(agreement, Event.ACTIVATED, agent, at, "Avenant n°\u00a01")


def _review(agreement: Agreement, agent: User, partner: User | None, now: datetime) -> None:
    """La Poste has answered; with ``partner`` both have, and a gap has become an action."""
    opened = now - timedelta(days=15)
    review = AgreementReview.objects.create(
        agreement=agreement, opened_at=opened, opened_by=agent, due_on=now.date() + timedelta(days=10)
    )
    _note(agreement, Event.REVIEW, agent, opened)
    ReviewAnswer.objects.create(
        review=review, side="poste", person=agent, innovation=3, performance=4, confiance=3, answered_at=opened,
        performance_words="Les lieux ouverts sont fréquentés.",
    )  # fmt: skip
    if partner is None:
        return
    ReviewAnswer.objects.create(
        review=review, side="partner", person=partner, innovation=3, performance=2, confiance=4,
        performance_words="Trop peu de jours d’ouverture.", answered_at=now - timedelta(days=6),
    )  # fmt: skip
    AgreementAction.objects.create(
        agreement=agreement, review=review, dimension="performance", owner=agent,
        title="Ouvrir un jour de plus, à l’essai, au printemps", due_on=now.date() + timedelta(days=120),
    )  # fmt: skip
    _note(agreement, Event.COMPARED, None, now - timedelta(days=6))


def _note(agreement: Agreement, kind: str, by: User | None, at: datetime, what: str = "", **fields) -> None:
    AgreementEvent.objects.create(agreement=agreement, kind=kind, by=by, at=at, what=what, **fields)
