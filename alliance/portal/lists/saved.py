"""Views of a list that an agent keeps: filters, words, order and columns under a name."""

from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError, transaction
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from alliance.lib.back_office_lists import COLUMNS, VIEW
from alliance.lib.errors import Conflict, conflict_on
from partners.models import DefaultView, SavedView, User

NAME_ONCE = "Vous avez déjà une vue de ce nom pour cette liste."
UNKNOWN = "Cette liste ne connaît pas ces filtres : ouvrez-la, filtrez, puis enregistrez."
WHOLE = "toutes"
PASSING = {VIEW, COLUMNS, "p", "e", "all", "_popup", "_to_field", "_facets"}
QUERY_MAX, VIEWS_MAX = 1000, 50


def site_of(noun: str):
    """The admin class of a list, by « partners.organisation »; None when there is none."""
    return next((site for model, site in admin.site._registry.items() if model._meta.label_lower == noun), None)


def may_open(user: User, noun: str) -> bool:
    site = site_of(noun)
    request = HttpRequest()
    request.user = user
    return site is not None and site.has_view_permission(request)


def list_address(noun: str) -> str:
    return reverse(f"admin:{noun.replace('.', '_')}_changelist")


def address(view: SavedView) -> str:
    """The list, as the view has it."""
    columns = [(COLUMNS, ",".join(view.columns))] if view.columns else []
    said = QueryDict(view.query).lists()
    query = urlencode([*said, *columns, (VIEW, str(view.public_id))], doseq=True)
    return f"{list_address(view.noun)}?{query}"


def read(query: str) -> tuple[str, list[str]]:
    """Of an address after the « ? »: what a view keeps, and the columns."""
    asked = QueryDict(query[: 2 * QUERY_MAX].replace("\x00", ""))
    kept = [(name, value) for name, values in asked.lists() if name not in PASSING for value in values if value]
    columns = [name for name in ",".join(asked.getlist(COLUMNS)).split(",") if name]
    return urlencode(sorted(kept)), columns


def opened(user: User, noun: str, query: str):
    """The list as it would open. Raises ValidationError "unknown" when it knows no such filter."""
    site, request = site_of(noun), HttpRequest()
    request.user, request.method, request.path = user, "GET", list_address(noun)
    request.GET = QueryDict(query)
    try:
        with transaction.atomic():
            return site.get_changelist_instance(request)
    except (IncorrectLookupParameters, SuspiciousOperation, DataError):
        raise ValidationError(UNKNOWN, code="unknown") from None


def told(user: User, noun: str, query: str) -> list[str]:
    """What a view keeps, in words: « nature : réseau national », « recherche : jardin », « ordre : nom »."""
    found = opened(user, noun, query)
    said = []
    for spec in found.filter_specs:
        chosen = [str(choice["display"]) for choice in list(spec.choices(found))[1:] if choice["selected"]]
        said += [f"{spec.title} : {', '.join(chosen)}"] if chosen else []
    asked = QueryDict(query)
    said += [f"recherche : {asked[SEARCH_VAR]}"] if asked.get(SEARCH_VAR) else []
    said += ["un ordre choisi"] if asked.get(ORDER_VAR) else []
    known = {spec.field_path for spec in found.filter_specs if hasattr(spec, "field_path")}
    rest = [name for name in asked if name not in (SEARCH_VAR, ORDER_VAR) and name.split("__")[0] not in known]
    return said + (["une période"] if any(name.endswith(("__year", "__month", "__day")) for name in rest) else [])


@transaction.atomic
def save_view(*, by: User, noun: str, name: str, query: str, shared: bool, first: bool) -> SavedView:
    """Keep a new view. Raises ValidationError "unknown"; Conflict "name", "too_many"."""
    query, columns = read(query)
    opened(by, noun, query)
    if SavedView.objects.filter(owner=by, noun=noun).count() >= VIEWS_MAX:
        raise Conflict(f"Vous avez {VIEWS_MAX} vues de cette liste : supprimez-en une.", code="too_many")
    view = SavedView(
        owner=by, noun=noun, name=" ".join(name.split()), query=query, columns=_known(noun, columns), is_shared=shared
    )
    view.full_clean(validate_unique=False, validate_constraints=False)
    with conflict_on("saved_view_name_once", NAME_ONCE, code="name"):
        view.save()
    open_first(user=by, view=view, first=first)
    return view


@transaction.atomic
def change_view(*, view: SavedView, name: str, shared: bool, first: bool, by: User) -> None:
    """Rename, share, or no longer. Raises Conflict "name"."""
    view.name, view.is_shared = " ".join(name.split()), shared
    view.full_clean(validate_unique=False, validate_constraints=False)
    with conflict_on("saved_view_name_once", NAME_ONCE, code="name"):
        view.save(update_fields=["name", "is_shared"])
    open_first(user=by, view=view, first=first)


def keep_filters(*, view: SavedView, query: str) -> None:
    """The view says from now on what the list shows. Raises ValidationError "unknown"."""
    query, columns = read(query)
    opened(view.owner, view.noun, query)
    view.query, view.columns = query, _known(view.noun, columns)
    view.full_clean(validate_unique=False, validate_constraints=False)
    view.save(update_fields=["query", "columns"])


def open_first(*, user: User, view: SavedView, first: bool) -> None:
    """Whether the list opens on this view for ``user``."""
    if first:
        DefaultView.objects.update_or_create(user=user, noun=view.noun, defaults={"view": view})
    else:
        DefaultView.objects.filter(user=user, view=view).delete()


def _known(noun: str, columns: list[str]) -> list[str]:
    offered = site_of(noun).offered_columns()
    return [name for name in offered if name in columns]


def opening(user: User, noun: str) -> str:
    """The address of the view that the list opens on; empty for the plain list."""
    chosen = DefaultView.objects.filter(user=user, noun=noun)
    view = SavedView.objects.visible_to(user).filter(pk__in=chosen.values("view")).first()
    return address(view) if view else ""
