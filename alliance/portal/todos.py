"""What awaits a partner on arrival: five things at most, by deadline, in a constant number of queries."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from alliance.lib.french import count, long_date, month
from alliance.portal.todo import MOST, Place, Role, Todo, ids_of
from alliance.portal.todos_asked import asked_todos, team_todos
from charter.models import CharterVersion, Deliberation, Mandate, Signature
from charter.models.campaign import deadlines_of
from events.models import Convention, Registration
from partners.models import (
    Agreement,
    AgreementReview,
    AgreementSigner,
    Membership,
    Project,
    ProposedChange,
    User,
)
from partners.models.project import FRESH_MONTHS, months_before

ENDING_DAYS = 90
SIGNING = 1
ACTING = {Role.ADMINISTRATOR, Role.SIGNATORY, Role.CONTRIBUTOR}


def places_of(user: User, on: date) -> list[Place]:
    """The organisations of ``user``, by name; one query."""
    memberships = Membership.objects.live(on).filter(user=user).select_related("organisation")
    found: dict[int, list[Membership]] = {}
    for membership in memberships.order_by("organisation__search_name", "organisation_id", "pk"):
        found.setdefault(membership.organisation_id, []).append(membership)
    user.own_organisations = {
        key: (each[0].organisation.slug, each[0].organisation.label) for key, each in found.items()
    }
    return [
        Place(each[0].organisation, frozenset(m.role for m in each), tuple(m.get_role_display() for m in each))
        for each in found.values()
    ]


def todos_of(user: User, places: list[Place], *, at: datetime) -> list[Todo]:
    on = timezone.localdate(at)
    acting = [place for place in places if place.roles & ACTING]
    found = [
        *charter_todos(user, acting, on),
        *project_todos(acting, on),
        *agreement_todos(user, acting, on),
        *team_todos(acting, on),
        *profile_todos(acting, on),
        *convention_todos(user, at),
        *asked_todos(user, acting, at),
    ]
    return sorted(found, key=lambda todo: todo.pressing(on))[:MOST]


def charter_todos(user: User, places: list[Place], on: date) -> list[Todo]:
    """The version in force: sign it, deposit the mandate for it, hand it over, or wait for the countersignature."""
    version = CharterVersion.objects.in_force(on)
    if version is None or not places:
        return []
    signed = Signature.objects.answering(version).filter(organisation__in=ids_of(places))
    signatures = {signature.organisation_id: signature for signature in signed}
    mine = Mandate.objects.filter(person=user, organisation__in=ids_of(places))
    known = (mine.valid(on) | mine.filter(state=Mandate.State.SUBMITTED)).values_list("organisation_id", "state")
    submitted = {key for key, state in known if state == Mandate.State.SUBMITTED}
    able = {key for key, state in known if state != Mandate.State.SUBMITTED}
    meetings = Deliberation.objects.filter(version=version, organisation__in=ids_of(places), meets_on__gte=on)
    deliberating = set(meetings.values_list("organisation_id", flat=True))
    deadlines = deadlines_of(ids_of(places), on)
    found = []
    for place in places:
        key = place.organisation.pk
        if key in signatures:
            found += _pending(place, signatures[key])
        elif key not in deliberating:
            todo = _to_sign(place, version, able=key in able, submitted=key in submitted)
            found.append(_before(todo, deadlines.get(key)))
    return found


def _before(todo: Todo, deadline: date | None) -> Todo:
    """The same, with the day until which a campaign waits for it."""
    if deadline is None or todo.rank != SIGNING:
        return todo
    return replace(todo, due=deadline, deadline=deadline, title=f"{todo.title}, avant le {long_date(deadline)}")


def _pending(place: Place, signature: Signature) -> list[Todo]:
    if signature.countersigned_at:
        return []
    why = f"{place.organisation.label} a signé le {long_date(signature.signed_at)}. Rien à faire : un courriel suivra."
    title = "Votre signature attend la contresignature de La Poste"
    return [Todo(9, signature.signed_at.date(), title, why, _signing(place), "Voir")]


def _to_sign(place: Place, version: CharterVersion, *, able: bool, submitted: bool) -> Todo:
    label = place.organisation.label
    if able:
        title, why, action = f"Signer la charte, version {version.label}", f"Pour {label} · 2 minutes", "Signer"
    elif submitted:
        title, action = "Votre mandat est en cours de vérification", "Voir"
        why = f"Pour {label}. Un courriel vous dira quand vous pourrez signer."
        return Todo(8, version.effective_on, title, why, _signing(place), action)
    elif Role.SIGNATORY in place.roles:
        title, action = "Déposer votre mandat, puis signer la charte", "Déposer"
        why = f"Pour {label} · 3 minutes"
    else:
        title, action = f"Transmettre la charte, version {version.label}, à votre représentant", "Transmettre"
        why = f"Pour {label} · 1 minute"
    return Todo(SIGNING, version.effective_on, title, why, _signing(place), action)


def _signing(place: Place) -> str:
    return reverse("charter:sign_for", args=[place.organisation.slug])


def project_todos(places: list[Place], on: date) -> list[Todo]:
    """Projects that come back from moderation, and those that nobody has confirmed for six months."""
    if not places:
        return []
    running = Q(moderation="published", state__in=["idea", "ongoing"])
    old = running & Q(confirmed_on__lte=months_before(on, FRESH_MONTHS))
    returned = Q(moderation="returned")
    rows = Project.objects.filter(old | returned, lead__in=ids_of(places)).order_by().values("lead")
    counted = rows.annotate(old=Count("pk", filter=old), oldest=Min("confirmed_on", filter=old))
    counted = counted.annotate(returned=Count("pk", filter=returned), one=Min("slug", filter=returned))
    by_lead = {row["lead"]: row for row in counted}
    found = []
    for place in places:
        if row := by_lead.get(place.organisation.pk):
            found += _projects(place, row, on)
    return found


def _projects(place: Place, row: dict, on: date) -> list[Todo]:
    url = reverse("partners:space_projects", args=[place.organisation.slug])
    label = place.organisation.label
    found = []
    if row["returned"]:
        title = f"Compléter {count(row['returned'], 'projet retourné', 'projets retournés')}"
        why = f"Pour {label} · 5 minutes : le motif est écrit à côté"
        there = f"{url}#a-completer"
        if row["returned"] == 1:
            there = reverse("partners:space_project_edit", args=[place.organisation.slug, row["one"]])
        found.append(Todo(2, on, title, why, there, "Compléter"))
    if row["old"]:
        title = f"Confirmer {count(row['old'], 'projet')}"
        each = " chacun, le plus ancien" if row["old"] > 1 else ","
        why = f"Pour {label} · 10 secondes{each} sans nouvelles depuis {month(row['oldest'])}"
        found.append(Todo(3, row["oldest"], title, why, f"{url}#a-confirmer", "Confirmer"))
    return found


def agreement_todos(user: User, places: list[Place], on: date) -> list[Todo]:
    """Papers that wait for this very person's signature, reviews to answer, agreements that end within three months."""
    if not places:
        return []
    first = AgreementSigner.objects.filter(document=OuterRef("document"), position__lt=OuterRef("position"))
    awaiting = AgreementSigner.objects.filter(document__version__agreement=OuterRef("pk"), person=user, signed_at=None)
    turn = awaiting.filter(~Exists(first.filter(signed_at=None)), document__outcome="open")
    asked = AgreementReview.objects.open().filter(agreement=OuterRef("pk"))
    rows = Agreement.objects.filter(organisation__in=ids_of(places), shared_at__isnull=False).annotate(
        turn=Exists(turn), asked=Exists(asked.exclude(answers__side="partner"))
    )
    ending = Q(state="active", ends_on__range=(on, on + timedelta(days=ENDING_DAYS)))
    rows = rows.filter(ending | Q(turn=True) | Q(asked=True)).select_related("organisation")
    found = []
    for agreement in rows.order_by("-turn", "-asked", "ends_on", "pk")[:MOST]:
        found += _agreement(agreement, on)
    return found


def _agreement(agreement: Agreement, on: date) -> list[Todo]:
    path = reverse("portal:space_agreement", args=[agreement.organisation.slug, agreement.public_id])
    name, label = f"l’accord « {agreement.title} »", f"Pour {agreement.organisation.label}"
    if agreement.turn:
        return [Todo(2, on, f"Signer {name}", f"{label} · 2 minutes", f"{path}signer/", "Signer")]
    if agreement.asked:
        return [Todo(4, on, f"Faire le bilan de {name}", f"{label} · 5 minutes", f"{path}repondre/", "Répondre")]
    title = f"L{name[1:]} se termine le {long_date(agreement.ends_on)}"
    ends = agreement.ends_on
    return [Todo(5, ends, title, f"{label} · parlez-en à votre référent", path, "Voir", ends)]


def profile_todos(places: list[Place], on: date) -> list[Todo]:
    """A public page that says nothing of what the organisation does, and that nobody is already completing."""
    bare = [place for place in places if place.organisation.is_public and not place.organisation.summary]
    if not bare:
        return []
    changes = ProposedChange.objects.waiting().filter(organisation__in=ids_of(bare))
    begun = set(changes.values_list("organisation", flat=True))
    return [
        Todo(
            6,
            on,
            "Dire en une phrase ce que vous faites",
            f"Pour {place.organisation.label} · 1 minute : c’est ce que lit l’annuaire",
            f"{reverse('partners:space_profile', args=[place.organisation.slug])}#id_summary",
            "Compléter",
        )
        for place in bare
        if place.organisation.pk not in begun
    ]


def convention_todos(user: User, at: datetime) -> list[Todo]:
    """Gatherings whose registrations are open, and for which the person has not registered."""
    registered = Registration.objects.live().filter(
        Q(attendee__user=user) | Q(attendee__email__iexact=user.email), convention=OuterRef("pk")
    )
    upcoming = Convention.objects.upcoming(at).filter(~Exists(registered), opens_at__lte=at)[:MOST]
    return [
        Todo(
            4,
            timezone.localdate(convention.closes_at or convention.starts_at),
            f"Vous inscrire : {convention.title}",
            f"Le {long_date(convention.starts_at)} · 2 minutes",
            reverse("events:register", args=[convention.slug]),
            "M’inscrire",
            timezone.localdate(convention.closes_at or convention.starts_at),
        )
        for convention in upcoming
        if convention.is_open(at)
    ]
