"""What a web process does before its first visitor: it makes a page of each kind, and asks what those pages asked on
each of its connections.

Code is then loaded, templates are read, every connection knows the tables: the first visitors wait no longer than
the others, and the process holds from its start what it will hold.
"""

import gc
import io
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.conf import settings
from django.core.signals import request_finished
from django.db import Error, connection

from alliance.lib import logs
from partners.models import Organisation, Project

PLAIN = (
    "/", "/projets/", "/projets/?page=2", "/projets/?region=11&axis=1", "/projets/?status=ongoing&axis=2",
    "/projets/?q=jardin", "/projets/?q=velo&region=84", "/projets/carte/", "/projets/flux.atom?region=11",
    "/annuaire/", "/annuaire/?region=11", "/annuaire/?q=mairie", "/annuaire/flux.atom", "/recherche/?q=jardin",
    "/axes/", "/axes/1/", "/charte/", "/charte/signataires/", "/conventions/", "/conventions/calendrier.ics",
    "/territoires/", "/territoires/regions/11/", "/territoires/departements/75/", "/chiffres/", "/donnees/",
    "/accords/", "/aide/", "/verifier/", "/connexion/", "/api/v1/projects/?region=11&axis=1",
    "/api/v1/projects/?q=jardin", "/api/v1/projects/clusters/?bbox=-6,41,10,51.5&zoom=5&axis=1",
    "/api/v1/projects/clusters/?bbox=1.5,48.2,3.2,49.2&zoom=10", "/api/v1/organisations/?region=11",
    "/api/v1/projects/?format=csv&department=75&axis=1",
)  # fmt: skip
SAMPLES = 3
PREPARED_FROM = 6  # times that a statement must run before PostgreSQL keeps its plan
HOST = settings.SITE_HOST
NAMELESS = "chauffe=1"  # a visitor with a cookie is not given a page that was kept


class Statements:
    """What pages asked the database: each text once, with its values; and whether as a statement to be prepared."""

    def __init__(self):
        self.seen: dict[str, tuple[object, bool]] = {}

    def __call__(self, execute, sql, params, many, context):
        kind = type(context["cursor"].cursor)
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and not issubclass(kind, psycopg.ServerCursor):
            self.seen.setdefault(sql, (params, not issubclass(kind, psycopg.ClientCursor)))
        return execute(sql, params, many, context)

    def again(self) -> None:
        """Ask them on this connection."""
        with connection.cursor() as cursor:
            usual, bare = cursor.cursor, psycopg.Cursor(connection.connection)
            for sql, (params, is_prepared) in self.seen.items():
                cursor.cursor = bare if is_prepared else usual
                for _ in range(PREPARED_FROM if is_prepared else 1):
                    cursor.execute(sql, params)


def warm_up(application) -> int:
    """Make every page, alone and in a crowd, and ask what they read on every connection; how many pages were made.

    It takes ``WARM_UP_SECONDS`` at most. A database that does not answer, or not yet, ends it: the process then starts
    as it is.
    """
    if not settings.WARM_UP_SECONDS:
        return 0
    until = time.monotonic() + settings.WARM_UP_SECONDS
    logs.log.disabled = True
    try:
        connections, statements = fill_pool(), Statements()
        with connection.execute_wrapper(statements):
            made = make_pages(application, until)
        for _ in range(connections):
            if time.monotonic() < until:
                statements.again()
                request_finished.send(warm_up)
        if connections > 1:
            made += crowd(application, until)
    except (Error, psycopg.Error):
        return 0
    finally:
        logs.log.disabled = False
        request_finished.send(warm_up)
        gc.collect()
        gc.freeze()
    return made


def fill_pool() -> int:
    """Wait until every connection that the pool keeps is open; how many they are."""
    if not connection.pool:
        return 1
    connection.pool.open()
    held = []
    try:
        while len(held) < connection.pool.min_size:
            held.append(connection.pool.getconn(settings.WARM_UP_SECONDS))
    finally:
        for each in held:
            connection.pool.putconn(each)
    return len(held)


def make_pages(application, until: float) -> int:
    made = 0
    for address in [*PLAIN, *of_rows()]:
        if time.monotonic() > until or ask(application, address) >= 500:
            break
        made += 1
    return made


def crowd(application, until: float) -> int:
    """The pages again, as many at once as are ever served at once: what they then need is ours from the start."""
    with ThreadPoolExecutor(settings.WEB_THREADS) as visitors:
        asked = [visitors.submit(ask, application, address) for address in PLAIN if time.monotonic() < until]
    return sum(each.result() < 500 for each in asked)


def of_rows() -> list[str]:
    """Pages of some rows."""
    projects = Project.objects.public().order_by("-pk").values_list("slug", flat=True)[:SAMPLES]
    organisations = Organisation.objects.public().order_by("pk").values_list("slug", flat=True)[:SAMPLES]
    return [f"/projets/{slug}/" for slug in projects] + [f"/annuaire/{slug}/" for slug in organisations]


def ask(application, address: str) -> int:
    """Ask for the page as a visitor with a browser; the status of the answer."""
    path, _, query = address.partition("?")
    environment = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": HOST, "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": HOST, "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": NAMELESS,
        "HTTP_ACCEPT_ENCODING": "gzip", "HTTP_X_FORWARDED_PROTO": "https", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "https" if settings.HTTPS else "http",
    }  # fmt: skip
    statuses = []
    response = application(environment, lambda status, headers: statuses.append(status))
    try:
        for _ in response:
            pass
    finally:
        response.close()
    return int(statuses[0][:3])
