"""Lists and single things of the API: one shape, one way to page, to stream, to answer « unchanged »."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

import orjson
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import urlencode
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as BadRequest
from rest_framework.views import APIView

from alliance.lib import exports, french, stamps
from alliance.lib.copy_out import Table

PAGE_SIZE, PAGE_SIZE_MAX, COUNT_MAX = 50, 200, 10_000
PAGING = ("page", "page_size", "format", "fields")
CHUNK = 2_000
PAGING_PARAMETERS = [
    OpenApiParameter("page", {"type": "integer", "minimum": 1}, description="Page, à partir de 1."),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX},
        description=f"Lignes par page : {PAGE_SIZE} sans précision, {PAGE_SIZE_MAX} au plus.",
    ),
    OpenApiParameter("format", str, enum=list(exports.FORMATS), description="Télécharger l’ensemble dans ce format."),
    OpenApiParameter("fields", str, description="Champs voulus, séparés par des virgules."),
]


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with the offset of Paris, to the second."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def page_of(row: type[serializers.Serializer]) -> serializers.Serializer:
    """What OpenAPI says of a list of ``row``."""
    fields = {
        "count": serializers.IntegerField(help_text=f"Exact jusqu’à {COUNT_MAX}."),
        "count_exact": serializers.BooleanField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    return inline_serializer(f"{row.__name__.removesuffix('Row')}List", fields)


def etag_of(body) -> str:
    """Strong ETag of what ``answer`` would send."""
    return digest(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))


def digest(content: bytes) -> str:
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def answer(request, body, *, status: int = 200, etag: str = "", headers: dict | None = None) -> HttpResponseBase:
    """JSON with an ETag, of these bytes unless told otherwise; 304 when the client has them already."""
    return sent(request, orjson.dumps(body), etag=etag or etag_of(body), status=status, headers=headers)


def sent(request, content: bytes, *, etag: str, status: int = 200, headers: dict | None = None) -> HttpResponseBase:
    """``answer``, of JSON that is already written."""
    response = HttpResponse(content, status=status, content_type="application/json", headers=headers or {})
    response["ETag"] = etag
    if request.method in {"GET", "HEAD"} and status == 200:
        response["Cache-Control"] = "no-cache"
        return get_conditional_response(request, etag=etag, response=response)
    return response


@dataclass(frozen=True)
class Paging:
    page: int
    page_size: int
    format: str
    fields: tuple[str, ...]

    @property
    def first(self) -> int:
        """How many rows stand before this page."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True)
class Told:
    """A page of a list: how many rows there are, whether that is exact, those of the page as JSON between commas.

    ``versions`` of the nouns that they are made of are at most as new.
    """

    versions: Mapping[str, int]
    count: int
    exact: bool
    rows: bytes


def whole_number(params, name: str, default: int, highest: int) -> int:
    if name not in params:
        return default
    raw = params[name]
    if not (raw.isascii() and raw.isdigit()) or not 1 <= int(raw[:9]) <= highest or len(raw) > 9:
        raise BadRequest({name: [f"« {name} » est un nombre entier de 1 à {highest}."]})
    return int(raw)


def paging(params, known_fields) -> Paging:
    """Read ``page``, ``page_size``, ``format``, ``fields``; 400 with a sentence naming what is wrong."""
    chosen = params.get("format", "")
    if "format" in params and chosen not in exports.FORMATS:
        raise BadRequest({"format": [f"« format » est l’un de : {', '.join(exports.FORMATS)}."]})
    named = ",".join(params.getlist("fields")).split(",") if "fields" in params else ()
    fields = tuple(dict.fromkeys(named))
    unknown = [name for name in fields if name not in known_fields]
    if unknown:
        raise BadRequest(
            {"fields": [f"Champ inconnu : {unknown[0][:40]}. Les champs sont : {', '.join(known_fields)}."]}
        )
    page_size = whole_number(params, "page_size", PAGE_SIZE, PAGE_SIZE_MAX)
    page = whole_number(params, "page", 1, 1_000_000)
    if (page - 1) * page_size >= COUNT_MAX:
        sentence = f"Au-delà de {COUNT_MAX} lignes, téléchargez l’ensemble (?format=csv) plutôt que de le feuilleter."
        raise BadRequest({"page": [sentence]})
    return Paging(page, page_size, chosen, fields)


def sparse(rows: list[dict], fields: tuple[str, ...]) -> list[dict]:
    return [{name: row[name] for name in fields} for row in rows] if fields else rows


def capped_count(queryset) -> tuple[int, bool]:
    """How many rows, and whether that is exact: beyond 10,000 nobody waits for the rest."""
    found = queryset.order_by()[: COUNT_MAX + 1].count()
    return min(found, COUNT_MAX), found <= COUNT_MAX


class Window:
    """What a page needs of a list: how many rows, and the keys of a few. Filter criteria have a ``page`` too."""

    def __init__(self, queryset):
        self.queryset = queryset

    def page(self, first: int, size: int) -> tuple[int, bool, list]:
        """How many rows, whether that is exact, and the keys of ``size`` of them from ``first`` on."""
        count, exact = capped_count(self.queryset)
        keys = self.queryset.values_list("pk", flat=True)[first : min(first + size, count)] if first < count else []
        return count, exact, list(keys)


class PublicEndpoint(APIView):
    """Open to everyone, the same for everyone: no account is even looked at."""

    authentication_classes = []
    http_method_names = ["get", "head", "options"]

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
        return response


class Listing:
    """A list, whoever may read it: subclasses say which rows, what a row says, and in which file it is downloaded.

    ``filters``: the parameters besides paging; ``select(params)``: ordered queryset, or BadRequest;
    ``rows(keys)``: for these primary keys, in their order, dictionaries with exactly ``row_fields``;
    ``sql_columns()``: the same values as expressions, so that PostgreSQL writes the files of a long list by itself;
    ``nouns``: those of alliance.lib.stamps whose rows, with the day, make the whole answer;
    ``row``: the serializer that says their kinds; ``point``: the fields that hold longitude and latitude.
    """

    is_list = True
    row: type[serializers.Serializer] | None = None
    row_fields: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    filename = "donnees"
    nouns: tuple[str, ...] = ()
    point: tuple[str, str] | None = None
    versions: Mapping[str, int] | None = None
    """Of ``nouns``, read before the address."""

    def select(self, params):
        raise NotImplementedError

    def rows(self, keys: list) -> list[dict]:
        raise NotImplementedError

    def check_names(self, params) -> None:
        known = (*PAGING, *self.filters)
        unknown = [name for name in params if name not in known]
        if unknown:
            sentence = f"Paramètre inconnu : {unknown[0][:40]}. Les paramètres sont : {', '.join(known)}."
            raise BadRequest({unknown[0][:40]: [sentence]})

    def get(self, request, **kwargs):
        params = request.query_params
        self.check_names(params)
        wanted = paging(params, self.row_fields)
        if wanted.format:
            return self.download(self.select(params), wanted, head=request.method == "HEAD")
        day = timezone.localdate().isoformat()
        if "If-None-Match" in request.headers and (unchanged := self.unchanged(request, day)):
            return unchanged
        told = self.at_once(params, wanted) or self.step_by_step(params, wanted)
        if wanted.page > 1 and wanted.first >= told.count:
            raise BadRequest(
                {"page": [f"Cette page n’existe pas : la liste compte {french.count(told.count, 'ligne')}."]}
            )
        around = {
            "count": told.count,
            "count_exact": told.exact,
            "next": self.page_url(request, wanted.page + 1) if wanted.first + wanted.page_size < told.count else None,
            "previous": self.page_url(request, wanted.page - 1) if wanted.page > 1 else None,
        }
        content = orjson.dumps(around)[:-1] + b',"results":[' + told.rows + b"]}"
        return sent(request, content, etag=self.etag(request, told.versions, day) or digest(content))

    def unchanged(self, request, day: str) -> HttpResponseBase | None:
        """304 for one query, when the versions say that the caller has it all."""
        self.versions = self.read_versions(request.query_params)
        etag = self.etag(request, self.versions, day)
        return get_conditional_response(request, etag=etag) if etag else None

    def at_once(self, params, wanted: Paging) -> Told | None:
        """The page, its versions and its rows by one statement; None when there is none for what is asked."""
        return None

    def step_by_step(self, params, wanted: Paging) -> Told:
        """The versions before the rows: these are then at least as new, and never said unchanged when they are not."""
        if self.versions is None:
            self.versions = self.read_versions(params)
        count, exact, keys = self.window(params).page(wanted.first, wanted.page_size)
        return Told(self.versions, count, exact, self.told(keys, wanted.fields))

    def told(self, keys: list, fields: tuple[str, ...]) -> bytes:
        """The rows as JSON objects between commas, with these fields, or all."""
        return orjson.dumps(sparse(self.rows(keys), fields))[1:-1]

    def window(self, params) -> Window:
        return Window(self.select(params))

    def nouns_of(self, params) -> tuple[str, ...]:
        """The nouns that an answer to these parameters depends on."""
        return self.nouns

    def read_versions(self, params) -> dict[str, int]:
        nouns = self.nouns_of(params)
        return stamps.versions(nouns) if nouns else {}

    def etag(self, request, versions: Mapping[str, int], day: str) -> str:
        """Of these versions, when ``nouns`` says all that the answer is made of; else empty."""
        if not versions:
            return ""
        query = urlencode(sorted(request.query_params.lists()), doseq=True)
        return stamps.etag(versions, day, settings.SITE_URL, request.path, query)

    def page_url(self, request, page: int) -> str:
        params = request.query_params.copy()
        params["page"] = page
        return f"{settings.SITE_URL}{request.path}?{urlencode(sorted(params.lists()), doseq=True)}"

    def all_rows(self, queryset) -> Iterator[dict]:
        """Every row, by chunks of keys: memory does not grow with the list."""
        keys = queryset.values_list("pk", flat=True).iterator(chunk_size=CHUNK)
        for chunk in batched(keys, CHUNK):
            yield from self.rows(list(chunk))

    def sql_columns(self) -> dict | None:
        """Field → expression over ``select``'s queryset; None for a short list that Python makes."""
        return None

    def download(self, queryset, wanted: Paging, *, head: bool = False) -> HttpResponseBase:
        """The whole set, in the order of the list; 503 while too many are on their way."""
        fields = wanted.fields or self.row_fields
        if columns := self.sql_columns():
            table = Table(queryset, columns, exports.kinds_of(self.row), self.point)
            content = exports.from_table(wanted.format, table, fields)
        else:
            content = exports.from_rows(wanted.format, self.all_rows(queryset), fields, self.point)
        return exports.send(content, form=wanted.format, filename=self.filename, head=head)


class ListEndpoint(Listing, PublicEndpoint):
    """A list that is open to everyone."""
