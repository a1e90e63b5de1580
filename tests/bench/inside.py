"""What happens inside, on the database of ``DATABASE_URL``: queries of each answer, facets beside the stock way, and
where the time of a list goes.

``python -m tests.bench.inside [--layers | --facets] NAME=PATH…`` prints JSON; ``DJANGO_SETTINGS_MODULE`` says whose
answers.
"""

import io
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402

from alliance.lib import api_views, stamps  # noqa: E402
from partners.api import projects as api  # noqa: E402
from partners.filters import projects  # noqa: E402
from tests.bench import peer  # noqa: E402

TIMES = 120
FACETS = {"no filter": "", "an axis": "axis=4", "région and axis": "region=53&axis=3", "département": "department=29"}
LAYERS = {
    "the version of the data (ETag), one query": (stamps, "versions"),
    "reading the address": (projects, "parse"),
    "all in one query, while the index is small": (projects.ProjectCriteria, "page_told"),
    "how many and which, one query or two": (projects.ProjectCriteria, "page"),
    "rows and JSON, one query": (api, "project_json"),
    "headers, ETag, If-None-Match": (api_views, "sent"),
}


def ask(address: str) -> None:
    path, _, query = address.partition("?")
    environment = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http",
    }  # fmt: skip
    statuses = []
    response = application(environment, lambda status, headers: statuses.append(status))
    b"".join(response)
    response.close()
    assert statuses[0].startswith("200"), (address, statuses)


def queries(address: str) -> int:
    """Statements that an answer sends once the process is warm."""
    ask(address)
    sent = []

    def seen(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(seen):
        ask(address)
    return len(sent)


def milliseconds(act, times: int = TIMES) -> dict[str, float]:
    taken = []
    for number in range(times + 8):
        started = time.perf_counter()
        act()
        if number >= 8:
            taken.append((time.perf_counter() - started) * 1000)
    return {"p50": statistics.median(taken), "p95": sorted(taken)[int(len(taken) * 0.95)]}


@contextmanager
def timed(owner, name: str, taken: list[float]):
    """``owner.name`` adds to ``taken`` what each call lasts."""
    act = getattr(owner, name)

    def measured(*args, **options):
        started = time.perf_counter()
        try:
            return act(*args, **options)
        finally:
            taken.append((time.perf_counter() - started) * 1000)

    with patch.object(owner, name, measured):
        yield


def layers(address: str) -> dict[str, float]:
    """The median of each part of an answer, and of the whole, without the web server."""
    taken: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        for layer, (owner, name) in LAYERS.items():
            stack.enter_context(timed(owner, name, taken[layer]))
        whole = milliseconds(lambda: ask(address))["p50"]
    found = {layer: statistics.median(times[8:] or [0.0]) for layer, times in taken.items()}
    return {"middleware, routing, framework": whole - sum(found.values())} | found | {"whole": whole}


def facets(query: str) -> dict:
    asked = QueryDict(query)

    def ours():
        return projects.parse(asked)[0].facets

    def theirs():
        return peer.facets(asked)

    assert ours().by["status"] == theirs()["status"], query
    return {"ours": milliseconds(ours, 30), "peer": milliseconds(theirs, 5)}


def main() -> None:
    words = sys.argv[1:]
    addresses = dict(each.split("=", 1) for each in words if not each.startswith("--"))
    if "--facets" in words:
        found = {"facets": {name: facets(query) for name, query in FACETS.items()}}
    elif "--layers" in words:
        found = {"layers": {name: layers(path) for name, path in addresses.items()}}
    else:
        found = {"queries": {name: queries(path) for name, path in addresses.items()}}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
