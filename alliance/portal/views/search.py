"""The one search box: what it understood first, then what it found of each kind."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.search import SearchVector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.portal.interpretation import Interpretation, interpret
from alliance.portal.ranking import Section, ranked
from alliance.portal.search_pages import pages_named
from charter.models import Article, CharterVersion
from charter.models.signature import signatory_state
from events.models import Convention
from partners.filters import organisations, places, projects
from partners.filters.criteria import Criteria
from partners.filters.places import search_communes
from partners.filters.text import MAX_LENGTH, Query, understand
from partners.models import Axis, Commune
from partners.views.directory import with_facts

SHOWN = 5


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    typed = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:MAX_LENGTH]
    if not typed:
        axes = Axis.objects.current().exclude(status=Axis.Status.TO_FILL_IN).order_by("number")
        return render(request, "portal/search.html", {"query": Query(), "axes": axes})
    query, today = understand(typed), timezone.localdate()
    reading = interpret(query.searched)
    sections = ranked(found_by_kind(query, reading, today), query.searched)
    context = {
        "query": query,
        "reading": reading,
        "offer": offer(reading) if reading.says_something else None,
        "sections": sections,
        "guesses": guesses(query, reading, sections),
        "nothing": not reading.says_something and not sections,
    }
    return render(request, "portal/search.html", context)


def found_by_kind(query: Query, reading: Interpretation, today: date) -> list[Section]:
    """One section a kind, in the order that breaks ties; each with the names by which it is ranked."""
    people, acts = named_organisations(query, today), first(projects.ProjectCriteria(today=today, q=query))
    where, axes = places_named(query), axes_named(query, reading)
    meetings, clauses, pages = conventions(query), articles(query, today), pages_named(query.typed)
    return [
        Section("places", "portal/parts/search_places.html", where, names(where, "name")),
        Section("axes", "portal/parts/search_axes.html", axes, names(axes, "label")),
        Section("organisations", "portal/parts/search_organisations.html", people,
                names(people["rows"] if people else (), "name", "short_name")),
        Section("projects", "portal/parts/search_projects.html", acts, names(acts["rows"] if acts else (), "title")),
        Section("conventions", "portal/parts/search_conventions.html", meetings, names(meetings, "title")),
        Section("charter", "portal/parts/search_charter.html", clauses, names(clauses, "heading")),
        Section("pages", "portal/parts/search_pages.html", pages, names(pages, "title")),
    ]  # fmt: skip


def names(rows, *fields: str) -> tuple[str, ...]:
    return tuple(getattr(row, field) for row in rows for field in fields if getattr(row, field))


def guesses(query: Query, reading: Interpretation, sections: list[Section]) -> list[Commune]:
    """Communes that sound like what was typed, when the words were corrected or little was found."""
    if reading.place or not (query.is_corrected or len(sections) < 2):
        return []
    return search_communes(query.typed, 3)


def first(criteria: Criteria, with_rows=lambda rows: rows.for_cards()) -> dict | None:
    """The first rows of a list, how many there are, and the address of the whole; ``None`` when there is none."""
    rows = criteria.rows_of(0, SHOWN, with_rows)
    if not rows:
        return None
    count, exact = criteria.counted()
    return {"rows": rows, "count": count, "exact": exact, "address": criteria.address()}


def named_organisations(query: Query, today: date) -> dict | None:
    criteria = organisations.OrganisationCriteria(today=today, q=query)
    state = signatory_state(criteria.version)
    found = first(criteria, lambda rows: rows.annotate(signatory=state).for_cards())
    if found:
        with_facts(found["rows"], today)
    return found


def offer(reading: Interpretation) -> dict:
    """The filtered list that the words ask for; around a commune when the commune itself has nothing."""
    criteria, _ = projects.parse(reading.query())
    address = criteria.address()
    count, exact = criteria.counted()
    around = None
    if reading.place and reading.place.lat is not None:
        wider, _ = projects.parse(reading.query(around=True))
        around = {"count": wider.counted()[0], "address": wider.address()}
        criteria = criteria if count else wider
    rows = criteria.rows_of(0, SHOWN, lambda found: found.for_cards())
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
    count, exact = criteria.counted()
    return {"reading": reading, "count": count, "exact": exact, "address": criteria.address()}


def places_named(query: Query) -> list[places.Place]:
    """Régions, départements and communes that are called so: many words are also nearly the name of one."""
    return places.resolve(query.searched, guess=False)[:SHOWN]


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
