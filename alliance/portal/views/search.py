"""The one search box: what it understood first, then what it found of each kind."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.search import SearchVector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal.interpretation import Interpretation, interpret, tokens
from charter.models import Article, CharterVersion
from charter.models.signature import signatory_state
from events.models import Convention
from partners.filters import organisations, places, projects
from partners.filters.criteria import Criteria
from partners.filters.paging import count_up_to
from partners.filters.text import MAX_LENGTH, Query, understand
from partners.models import Axis
from partners.views.directory import with_facts

SHOWN = 5
HELP = (
    ("Se connecter", "connexion", "connexion code mot de passe connecter compte"),
    ("Signer la charte", "signer", "signer signature mandat pouvoir attestation"),
    ("Vérifier une signature", "verifier", "vérifier vérification attestation code"),
    ("Projets : confirmer, corriger", "projets", "confirmer corriger erreur projet"),
    ("Données", "donnees", "données fichier télécharger API csv"),
)


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    typed = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:MAX_LENGTH]
    if not typed:
        axes = Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).order_by("number")
        return render(request, "portal/search.html", {"query": Query(), "axes": axes})
    query, today = understand(typed), timezone.localdate()
    reading = interpret(query.searched)
    found = {
        "projects": first(projects.ProjectCriteria(today=today, q=query)),
        "organisations": named_organisations(query, today),
        "communes": communes(query),
        "axes": axes_named(query, reading),
        "conventions": conventions(query),
        "articles": articles(query, today),
        "help": [(title, anchor) for title, anchor, words in HELP if set(tokens(typed)) & set(tokens(words))],
    }
    context = {
        "query": query,
        "reading": reading,
        "offer": offer(reading) if reading.says_something else None,
        "nothing": not reading.says_something and not any(found.values()),
        **found,
    }
    return render(request, "portal/search.html", context)


def first(criteria: Criteria, rows=None) -> dict | None:
    """The first rows of a list, how many there are, and the address of the whole; ``None`` when there is none."""
    rows = list((criteria.ordered() if rows is None else rows).for_cards()[:SHOWN])
    if not rows:
        return None
    count, exact = count_up_to(criteria.queryset())
    return {"rows": rows, "count": count, "exact": exact, "address": criteria.address()}


def named_organisations(query: Query, today: date) -> dict | None:
    criteria = organisations.OrganisationCriteria(today=today, q=query)
    found = first(criteria, criteria.ordered().annotate(signatory=signatory_state(criteria.version)))
    if found:
        with_facts(found["rows"], today)
    return found


def offer(reading: Interpretation) -> dict:
    """The filtered list that the words ask for; around a commune when the commune itself has nothing."""
    criteria, _ = projects.parse(reading.query())
    address = criteria.address()
    count, exact = count_up_to(criteria.queryset())
    around = None
    if reading.place and reading.place.lat is not None:
        wider, _ = projects.parse(reading.query(around=True))
        around = {"count": count_up_to(wider.queryset())[0], "address": wider.address()}
        criteria = criteria if count else wider
    rows = list(criteria.ordered().for_cards()[:SHOWN])
    wider_readings = () if rows else reading.wider()
    people, _ = organisations.parse(reading.query())
    return {
        "count": count,
        "exact": exact,
        "address": address,
        "around": around,
        "rows": rows,
        "wider": [counted(each) for each in wider_readings],
        "organisations": people.queryset().count(),
        "organisations_address": people.address(),
    }


def counted(reading: Interpretation) -> dict:
    criteria, _ = projects.parse(reading.query())
    count, exact = count_up_to(criteria.queryset())
    return {"reading": reading, "count": count, "exact": exact, "address": criteria.address()}


def communes(query: Query) -> list[places.Place]:
    """The communes that are called so: many words are also nearly the name of one."""
    found = places.resolve(query.searched, guess=False)
    return [place for place in found if place.parameter == "commune" and place.point][:SHOWN]


def axes_named(query: Query, reading: Interpretation) -> list[Axis]:
    """Axes whose label or summary holds the words; those of the interpretation first."""
    words = SearchVector("label", "summary", config="fr")
    rows = (
        Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).annotate(words=words).filter(words=query.tsquery)
    )
    return list(dict.fromkeys([*reading.axes, *rows.order_by("number")[:SHOWN]]))


def conventions(query: Query) -> list[Convention]:
    rows = Convention.objects.public().annotate(words=SearchVector("title", "summary", "story", "place", config="fr"))
    return list(rows.filter(words=query.tsquery).order_by("-starts_at")[:SHOWN])


def articles(query: Query, today) -> list[Article]:
    """Articles of the charter in force."""
    rows = Article.objects.filter(version=CharterVersion.objects.in_force(today)).select_related("version")
    rows = rows.annotate(words=SearchVector("heading", "text", config="fr")).filter(words=query.tsquery)
    return list(rows.order_by("position")[:SHOWN])
