"""« Voir comme »: the one place that shows somebody else's portal to an agent, and keeps them from changing it.

The agent's session keeps being theirs; only the person that views see is another, after the second factor was asked of
the agent. Nothing is sent (403), and the whole request runs in a read-only transaction: PostgreSQL refuses what a page
would write while it is read (evidence, work owed), whoever wrote that page. A role that nobody holds has a stand-in,
written before the transaction becomes read-only and undone with it.
"""

from contextlib import ExitStack

from django.conf import settings
from django.db import InternalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from alliance.lib.pages import error_page
from alliance.lib.second_factor import ALWAYS_OPEN, has_second_factor
from partners.actions.viewings import note_page, stand_in
from partners.models import Viewing

KEY = "viewing"
SAFE = {"GET", "HEAD", "OPTIONS"}
# What the agent does as themselves meanwhile.
OWN = {"staff_view_as", "staff_view_as_end", "staff_access_journal", "staff_viewing", "account_logout"}
NOTHING_SENT = "Vous regardez le portail comme une autre personne : rien ne peut être envoyé ni changé en son nom."
LEAVES_A_TRACE = "Ouvrir ce document laisse une trace au nom de la personne : il ne s’ouvre pas en « voir comme »."
REFUSED = "read-only transaction"


def running_viewing(request) -> Viewing | None:
    """That of this session, while its agent still is of the national team and has given the second factor."""
    key = request.session.get(KEY) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    if key is None or not request.user.is_authenticated or not request.user.is_national:
        return None
    rows = Viewing.objects.running(timezone.now()).select_related("person", "organisation")
    open_eyes = Q(person__isnull=True) | Q(person__is_active=True)
    viewing = rows.filter(open_eyes, public_id=key, agent=request.user).first()
    return viewing if viewing and has_second_factor(request) else None


class ViewingMiddleware:
    """After SecondFactorMiddleware: what the agent must prove is asked of the agent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with ExitStack() as request.read_only:
            return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.url_name
        if name in ALWAYS_OPEN:  # health pages must not cost a session
            return None
        request.viewing = running_viewing(request)
        if request.viewing is None or name in OWN:
            return None
        note_page(viewing=request.viewing, path=f"{request.method} {request.get_full_path()}", at=timezone.now())
        if request.method not in SAFE:
            return error_page(request, 403, NOTHING_SENT)
        request.read_only.enter_context(transaction.atomic())
        request.read_only.callback(transaction.set_rollback, True)
        request.user = request.viewing.person or stand_in(request.viewing)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        return None

    def process_exception(self, request, exception):
        if isinstance(exception, InternalError) and REFUSED in str(exception):
            transaction.set_rollback(True)
            return error_page(request, 403, LEAVES_A_TRACE)
        return None
