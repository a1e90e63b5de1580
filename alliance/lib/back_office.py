"""Django's admin as a back office: rows within a perimeter, verbs instead of free edits, strangers' rows are 404.

Models that have a perimeter give their querysets ``visible_to(user)`` and ``writable_by(user)``; the others are read
by every agent and written by the national team (``user.is_national``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from alliance.lib.back_office_fields import Ticked, TypedAutocompletes
from alliance.lib.back_office_lists import ListRoom

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
MOTIVE_MAX = 500


class BackOfficeSite(admin.AdminSite):
    """The admin site without doors of its own: people sign in once, at /connexion/."""

    site_url = "/"
    enable_nav_sidebar = False
    login_form = None

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only what keeps the perimeter: packages that register their own tables (factors, attempts) stay outside."""
        if admin_class is not None and issubclass(admin_class, PerimeterAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        closed = {"login", "logout", "password_change", "password_change_done", "view_on_site"}
        urls = [url for url in super().get_urls() if getattr(url, "name", None) not in closed]
        send_to_the_one_door(urls)
        return urls

    def admin_view(self, view, cacheable=False):
        """Whoever is not staff sees nothing here, not even that there is something; pages are read, or sent to."""
        view = require_http_methods(["GET", "HEAD", "POST"])(view)

        @wraps(view)
        def inner(request, *args, **kwargs):
            if not self.has_permission(request):
                raise Http404
            return view(request, *args, **kwargs)

        return csrf_protect(inner if cacheable else never_cache(inner))

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff

    def begin_batch(self, model_admin, request, action: str, queryset):
        """Keep the chosen rows and answer with the page that previews the act."""
        raise NotImplementedError

    def opening(self, model_admin, request) -> str:
        """The address of the view that this list opens on for the agent; empty for the plain list."""
        return ""


def send_to_the_one_door(urls) -> None:
    """Visitors of any admin page are asked to sign in at LOGIN_URL, not at the site's own page."""
    for url in urls:
        if hasattr(url, "url_patterns"):
            send_to_the_one_door(url.url_patterns)
        else:
            url.callback.login_url = settings.LOGIN_URL


def verb(label: str, *, motive: bool = False, form=None, undone: bool = False, effect: str = ""):
    """Make a method ``(self, request, row[, motive=…][, **values of form])`` an action of list and page.

    One row: it is done at once, and says so; with ``motive`` a page asks for it first. Several rows, or a ``form``
    (a function from the request's user to one): ``admin_site.begin_batch`` previews them. ``undone``: a batch of it can
    be taken back. ``effect``: what it does beyond the row itself, as a French sentence.
    """

    def decorate(act):
        location = [ActionLocation.CHANGE_LIST] if form else EVERYWHERE

        @admin.action(description=label, location=location, permissions=["write"])
        @wraps(act)
        def action(self, request, queryset):
            if form or is_many(request):
                return self.admin_site.begin_batch(self, request, action.__name__, queryset)
            extra = {}
            if motive:
                typed = request.POST.get("motive", "").strip()
                if not typed or len(typed) > MOTIVE_MAX or "\x00" in typed:
                    return ask_motive(self, request, queryset, action.__name__, label, typed)
                extra["motive"] = typed
            run_on_each(self, request, queryset, lambda row: act(self, request, row, **extra))
            return None

        action.verb = Verb(label, act, motive, form, undone, effect)
        return action

    return decorate


def is_many(request) -> bool:
    """Several ticked rows, or all those of the view."""
    return request.POST.get("select_across") == "1" or len(set(request.POST.getlist(ACTION_CHECKBOX_NAME))) > 1


@dataclass(frozen=True)
class Verb:
    """What ``verb`` was told, for whoever runs it upon many rows."""

    label: str
    act: Callable
    tells_motive: bool
    form: Callable | None
    is_undone: bool
    effect: str


def run_on_each(model_admin, request, queryset, act) -> None:
    """Call ``act(row)`` for each row that the agent may write; tell the result of each."""
    writable = set(model_admin.writable(request).filter(pk__in=queryset.values("pk")).values_list("pk", flat=True))
    for row in queryset.order_by("pk"):
        if row.pk not in writable:
            model_admin.message_user(request, f"{row} : hors de votre périmètre, rien n’a changé.", messages.ERROR)
            continue
        try:
            act(row)
        except ValidationError as refusal:
            model_admin.message_user(request, f"{row} : {' '.join(refusal.messages)}", messages.ERROR)
        else:
            model_admin.message_user(request, f"{row} : c’est fait.", messages.SUCCESS)


def ask_motive(model_admin, request, queryset, action: str, label: str, typed: str):
    """The page that asks why, before an act that others will read about."""
    asked_before = "motive" in request.POST
    error = ""
    if asked_before:
        error = "Donnez le motif en quelques mots : il sera lu par la personne concernée."
        if len(typed) > MOTIVE_MAX:
            error = f"Le motif compte {len(typed)} caractères : raccourcissez-le à {MOTIVE_MAX}."
        elif "\x00" in typed:
            error = "Le motif contient un caractère interdit : retapez-le."
    opts = model_admin.opts
    context = model_admin.admin_site.each_context(request) | {
        "title": label,
        "opts": opts,
        "rows": list(queryset),
        "action": action,
        "checkbox": ACTION_CHECKBOX_NAME,
        "typed": typed.replace("\x00", ""),
        "error": error,
        "motive_max": MOTIVE_MAX,
        "list_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "admin/ask_motive.html", context, status=400 if asked_before else 200)


class PerimeterAdmin(ListRoom, Ticked, TypedAutocompletes, admin.ModelAdmin):
    """Rows of the perimeter only; nothing is deleted here; a row outside is the same 404 as a missing one."""

    list_per_page = 50
    show_full_result_count = False
    only_national_writes = False

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def writable(self, request):
        """The rows that this agent may change."""
        rows = self.get_queryset(request)
        if request.user.is_national:
            return rows
        if self.only_national_writes or not hasattr(rows, "writable_by"):
            return rows.none()
        return rows.writable_by(request.user)

    def has_module_permission(self, request):
        return request.user.is_staff

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    def has_add_permission(self, request):
        return request.user.is_national

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return True
        return self.writable(request).filter(pk=obj.pk).exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def has_write_permission(self, request):
        return request.user.is_staff

    def view_on_site(self, obj):
        """The row's public page, straight."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def row_label(self, row) -> str:
        """How a line of a batch names it."""
        return str(row)

    def changelist_view(self, request, extra_context=None):
        if (
            request.method in {"GET", "HEAD"}
            and not request.GET
            and (address := self.admin_site.opening(self, request))
        ):
            return HttpResponseRedirect(address)
        if request.POST.get("select_across") == "1" and not request.POST.getlist(ACTION_CHECKBOX_NAME):
            request.POST = request.POST.copy()
            request.POST[ACTION_CHECKBOX_NAME] = "0"  # Django asks for one ticked row even then
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The noun alone is the title, its row the subtitle: « Modification de organisation » is no French."""
        noun = self.opts.verbose_name
        title = capfirst(noun) if object_id else f"Ajouter : {noun}"
        extra_context = {"title": title} | (extra_context or {})
        response = super().changeform_view(request, object_id, form_url, extra_context)
        return answer_400_on_errors(response)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer only rows of the perimeter: other people's ids are refused like unknown ones."""
        if "queryset" not in kwargs:
            rows = db_field.remote_field.model._default_manager.all()
            within = getattr(rows, "writable_by", getattr(rows, "visible_to", None))
            if within and not request.user.is_national:
                kwargs["queryset"] = within(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def answer_400_on_errors(response):
    """A form shown again with errors answers 400, like every form of the portal."""
    context = getattr(response, "context_data", None) or {}
    if context.get("errors"):
        response.status_code = 400
    return response


class ReadOnlyAdmin(PerimeterAdmin):
    """A noun whose every change is a verb: its fields are only read."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Not even a form that changes nothing: saving it would write every column again, over somebody's act."""
        return False

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields] + list(self.readonly_fields)
