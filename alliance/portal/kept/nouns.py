"""The five lists whose filtered views are objects, and how each reads an address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import BigIntegerField, F, Func, QuerySet
from django.db.models.functions import Cast, Extract, Greatest
from django.http import QueryDict
from django.utils import timezone

from alliance.lib.api_views import Window, capped_count
from alliance.portal.kept import items
from charter.filters import read_register
from charter.models import CharterVersion, Signature
from events.models import Convention
from partners.filters import agreements, organisations, projects
from partners.filters.criteria import Criteria
from partners.models import Agreement, Organisation, Project
from partners.views.listing import DOORS, chosen, with_place

STALE_TOLD = timedelta(days=30)


@dataclass(frozen=True)
class View:
    """What one address shows: ``rows`` unordered; ``window`` counts them and gives their keys as the page has them;
    ``labels`` say the filters.
    """

    noun: "Noun"
    address: str
    labels: tuple[str, ...]
    notices: tuple[str, ...]
    rows: QuerySet
    window: Window | Criteria
    grown_stale: QuerySet | None = None

    def is_counted(self) -> bool:
        """Whether it has 10,000 rows at most."""
        return self.window.counted()[1] if isinstance(self.window, Criteria) else capped_count(self.rows)[1]

    @property
    def title(self) -> str:
        return f"{self.noun.title} : {', '.join(self.labels)}" if self.labels else self.noun.title

    def path(self, last: str = "", **more: str) -> str:
        """The page of the list, or what stands under it (``flux.atom``, ``integrer/``), with the same filters."""
        address = "&".join(filter(None, (self.address, urlencode(more))))
        return f"{self.noun.path}{last}?{address}" if address else f"{self.noun.path}{last}"

    @property
    def path_reuse(self) -> str:
        return self.path("reutiliser/")

    def api(self, **more: str) -> str:
        address = "&".join(filter(None, (self.address, urlencode(more))))
        return f"{self.noun.api}?{address}" if address else self.noun.api


@dataclass(frozen=True)
class Noun:
    """``changed``: when a row last changed, as an expression; ``items(keys)``: what is said of rows, in that order."""

    key: str
    path: str
    title: str
    unit: tuple[str, str]
    api: str
    model: type
    reader: Callable[["Noun", QueryDict], View]
    items: Callable[[list[int]], list[items.Item]]
    changed: object = field(default_factory=lambda: F("updated_at"))
    geo: bool = False
    calendar: bool = False
    feminine: bool = False

    def read(self, data: QueryDict) -> View:
        return self.reader(self, data)

    def mark(self) -> Func:
        """A number that is another one as soon as the row has changed: its last change, in microseconds."""
        return Cast(Extract(self.changed, "epoch") * 1_000_000, BigIntegerField())


def _problems(problems) -> tuple[str, ...]:
    return tuple(f"« {problem.parameter[:40]} » laissé de côté : {problem.sentence}" for problem in problems)


def _by_criteria(parse: Callable) -> Callable[[Noun, QueryDict], View]:
    def reader(noun: Noun, data: QueryDict) -> View:
        data, problems, _ = with_place(data)
        criteria, misread = parse(data, doors=(*DOORS, "since"))
        return View(
            noun=noun,
            address=criteria.address(),
            labels=tuple(label for label, _ in chosen(criteria)),
            notices=_problems((*problems, *misread)),
            rows=criteria.queryset(),
            window=criteria,
            grown_stale=_grown_stale(criteria) if noun.model is Project else None,
        )

    return reader


def _grown_stale(criteria: projects.ProjectCriteria) -> QuerySet | None:
    """Projects that time alone took out of the default list, lately: rows of their index."""
    if criteria.freshness:
        return None
    limit = projects.months_before(criteria.today, projects.STALE_MONTHS)
    return criteria.narrow(without={"freshness"}).filter(confirmed_on__lt=limit, confirmed_on__gte=limit - STALE_TOLD)


def _register(noun: Noun, data: QueryDict) -> View:
    versions = CharterVersion.objects.published().order_by("-effective_on", "-pk")
    criteria = read_register(data, versions, CharterVersion.objects.in_force(timezone.localdate()))
    asked = [each.label for each in (*criteria.versions, *criteria.states) if each.checked]
    rows = criteria.queryset()
    return View(
        noun=noun,
        address=criteria.address,
        labels=(*asked, *(f"signées en {year}" for year in criteria.years)),
        notices=criteria.ignored,
        rows=rows.order_by(),
        window=Window(rows),
    )


def _conventions(noun: Noun, data: QueryDict) -> View:
    rows = Convention.objects.public()
    return View(noun, "", (), (), rows.order_by(), Window(rows.order_by("-starts_at", "-pk")))


def _last_fact() -> Greatest:
    """A signature has no date of change: its last fact is one."""
    return Greatest("signed_at", "countersigned_at", "withdrawn_at", "contested_at")


NOUNS = (
    Noun(
        "projets", "/projets/", "Projets territoriaux", ("projet", "projets"), "/api/v1/projects/", Project,
        _by_criteria(projects.parse), items.of_projects, geo=True,
    ),
    Noun(
        "annuaire", "/annuaire/", "Annuaire des organisations", ("organisation", "organisations"),
        "/api/v1/organisations/", Organisation, _by_criteria(organisations.parse), items.of_organisations, geo=True,
        feminine=True,
    ),
    Noun(
        "accords", "/accords/", "Accords de partenariat", ("accord", "accords"), "/api/v1/agreements/", Agreement,
        _by_criteria(agreements.parse), items.of_agreements,
    ),
    Noun(
        "conventions", "/conventions/", "Conventions", ("Convention", "Conventions"), "/api/v1/conventions/",
        Convention, _conventions, items.of_conventions, calendar=True, feminine=True,
    ),
    Noun(
        "signatures", "/charte/signataires/", "Registre des signatures", ("signature", "signatures"),
        "/api/v1/signatures/", Signature, _register, items.of_signatures, changed=_last_fact(), feminine=True,
    ),
)  # fmt: skip
BY_KEY = {noun.key: noun for noun in NOUNS}
