"""Every list, queue and timeline of both places, on the database of ``DATABASE_URL``: queries and milliseconds.

``python -m tests.bench.lists [TIMES] [PREFIX]`` prints JSON: ``{who: {name: {"queries", "p50", "p95", "work", …}}}``,
and ``forgotten``, the routes that nobody walked. Addresses are named by what they do, so that those of two sizes can
be compared. ``work``: the processor's milliseconds, ours and the database's, 95th too: neighbours disturb it least.
A page that takes half of the bound at most ``AT_ONCE`` times is believed; another is asked ``TIMES`` times.
"""

import gc
import json
import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
import django

django.setup()
logging.disable(logging.INFO)

from django.contrib import admin  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.urls import reverse  # noqa: E402

from alliance.portal import moderation  # noqa: E402
from alliance.portal.partner_timeline import KINDS  # noqa: E402
from alliance.portal.views import staff_moderation  # noqa: E402
from alliance.portal.views.staff_agreements import TABS  # noqa: E402
from partners.models import Organisation, ProposedChange, StaffPerimeter, User  # noqa: E402
from tests.bench import list_routes  # noqa: E402
from tests.builders import sign_in  # noqa: E402

WORDS = {"a common word": "maison", "with an accent": "évasion", "none": "zzzzzz"}
CHOICES = 3
AT_ONCE, HALF_MS = 4, 150
QUEUES = {
    "morning": "/gestion/", "morning, mine": "/gestion/?a=moi", "moderation": "/gestion/moderation/",
    "duplicates": "/gestion/doublons/", "duplicates, far": "/gestion/doublons/?page=200",
    "acts": "/gestion/actes-en-attente/",
    "campaigns": "/gestion/campagnes/", "sheets": "/gestion/tableurs/",
    "views": "/gestion/vues/", "batches": "/gestion/lots/", "joining": "/gestion/demandes/",
    "mails": "/gestion/courriels/", "mails, far": "/gestion/courriels/?page=100",
    "mails, returned": "/gestion/courriels/?etat=revenus",
    "mails, returned far": "/gestion/courriels/?etat=revenus&page=100",
    "mails, gone": "/gestion/courriels/?etat=partis", "mails, given up": "/gestion/courriels/?etat=abandonnes",
    "mails, words": "/gestion/courriels/?q=liste-777", "mails, no word": "/gestion/courriels/?q=zzzzzz",
    "failing": "/gestion/courriels/adresses/", "failing, lifted": "/gestion/courriels/adresses/?etat=retablies",
    "mailings": "/gestion/courriels/envois/", "steering": "/gestion/pilotage/",
    "steering, list": "/gestion/pilotage/organisations/", "reviews": "/gestion/pilotage/bilans/",
    "steering, active": "/gestion/pilotage/organisations/?etat=actives",
    "steering, neither": "/gestion/pilotage/organisations/?etat=autres",
    "needs": "/gestion/besoins/", "needs, unmet": "/gestion/besoins/?quoi=sans-suite",
    "needs, over": "/gestion/besoins/?quoi=echus", "resources": "/gestion/ressources/",
    "people": "/gestion/personnes/",
    "people, agents": "/gestion/personnes/?role=agent", "people, role": "/gestion/personnes/?role=reader",
}  # fmt: skip
NATIONAL = {
    "jobs": "/gestion/travaux/",
    "access": "/gestion/acces/", "access, far": "/gestion/acces/?page=200&vues=200",
    "seen as": "/gestion/voir-comme/?q=martin+77",
}  # fmt: skip


def addresses(who: str, agent: User, prefix: str) -> Iterator[tuple[str, str]]:
    """``(name, address)``: pages of the URL tables, then what lists offer beyond; names begin with ``prefix``."""
    yield from list_routes.pages_of(who, agent)
    if who not in list_routes.OF_AGENTS:
        return
    yield from (QUEUES | (NATIONAL if agent.is_national else {})).items()
    whole_pages = moderation.queue(agent).count() // staff_moderation.ROWS
    yield "moderation, far", f"/gestion/moderation/?page={max(1, min(40, whole_pages))}"
    for name in ("", *TABS):
        yield f"agreements, {name}", f"/gestion/accords/?etat={name}"
    busiest = Organisation.objects.visible_to(agent).filter(slug__startswith="liste-").order_by("pk")[0]
    one = known(agent)
    number = one.slug.removeprefix("liste-")
    yield "agreements, words", f"/gestion/accords/?q={number}"
    yield "people, words", f"/gestion/personnes/?q=martin+{number}"
    yield "agreements, common words", "/gestion/accords/?q=maison"
    change = ProposedChange.objects.writable_by(agent).waiting().filter(project__isnull=False).order_by("-pk")[0]
    yield "change of a project", reverse("staff_moderation_change", args=[change.public_id])
    yield "partner", (page := reverse("staff_partner", args=[busiest.slug]))
    for kind in KINDS:
        yield f"partner, {kind}", f"{page}?type={kind}"
    for name, moment in (("before", timedelta(days=-2)), ("as it began", timedelta(hours=1))):
        yield f"partner, {name}", f"{page}?{urlencode({'avant': (busiest.created_at + moment).isoformat()})}"
    yield "history", reverse("admin:partners_organisation_history", args=[busiest.pk])
    for model, site in admin.site._registry.items():
        if model._meta.label_lower.startswith(prefix):
            yield from of_list(agent, model, site, WORDS | {"a rare word": f"{one.name.split()[1]} {number}"})


def known(agent: User) -> Organisation:
    """One whose person, signature and agreement stand, and that ``agent`` reads: at every size words find something."""
    rows = Organisation.objects.visible_to(agent).filter(slug__startswith="liste-")
    return rows.exclude(slug__endswith="0").exclude(slug__endswith="5").order_by("-pk")[0]


def of_list(agent: User, model, site, told: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The list itself, words that are ``told``, filters, columns, orders and last page."""
    noun, path = model._meta.label_lower, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    request = RequestFactory().get(path)
    request.user = agent
    if not site.has_view_permission(request):
        return
    yield noun, path
    if site.get_search_fields(request):
        yield from ((f"{noun}, {name}", f"{path}?{urlencode({'q': words})}") for name, words in told.items())
    found = site.get_changelist_instance(request)
    yield from ((f"{noun}, {name}", path + query) for name, query in filters_and_orders(found))
    if found.paginator.num_pages > 1:
        yield f"{noun}, last page", f"{path}?p={found.paginator.num_pages}"
    if columns := [name for name, *_ in site.column_choices(request)]:
        yield f"{noun}, all columns", f"{path}?colonnes={','.join(columns)}"


def filters_and_orders(found) -> Iterator[tuple[str, str]]:
    for spec in found.filter_specs:
        for number, choice in enumerate(list(spec.choices(found))[1 : CHOICES + 1]):
            yield f"{spec.title} {number}", choice["query_string"]
    for number, name in enumerate(found.list_display):
        if sortable(found, name):
            yield f"by {name}", f"?o={number}"
            yield f"by {name} down", f"?o=-{number}"


def sortable(found, name: str) -> bool:
    return name != "action_checkbox" and found.get_ordering_field(name) is not None


class Worked:
    """Processor time of this process and of its server process, which sit on the same machine."""

    def __init__(self):
        with connection.cursor() as cursor:
            self.server = f"/proc/{cursor.execute('SELECT pg_backend_pid()').fetchone()[0]}/schedstat"

    def ms(self) -> float:
        return time.process_time() * 1000 + int(Path(self.server).read_text().split()[0]) / 1e6


def measured(client: Client, address: str, times: int) -> dict:
    sent, taken, worked, clock = [], [], [], Worked()

    def seen(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    for number in range(times + 1):
        if number > AT_ONCE and max(worked) < HALF_MS:
            break
        sent.clear()
        started, before = time.perf_counter(), clock.ms()
        with connection.execute_wrapper(seen):
            answer = client.get(address, HTTP_HOST="localhost")
        if number:  # the first one warms up
            taken.append((time.perf_counter() - started) * 1000)
            worked.append(clock.ms() - before)
    return {
        "status": answer.status_code,
        "queries": len(sent),
        "p50": round(statistics.median(taken), 1),
        "p95": percentile(taken),
        "work": percentile(worked),
        "times": len(taken),
        "address": address,
    }


def percentile(taken: list[float]) -> float:
    return round(sorted(taken)[int(len(taken) * 0.95)], 1)


def agents() -> dict[str, User]:
    perimeters = StaffPerimeter.objects.filter(user__is_active=True).order_by("pk")
    return {
        "national": perimeters.filter(national=True)[0].user,
        "delegate": perimeters.filter(national=False, regions__isnull=False)[0].user,
        "partner": list_routes.partner(),
    }


def main() -> None:
    times, prefix = int(sys.argv[1]) if len(sys.argv) > 1 else 20, sys.argv[2] if len(sys.argv) > 2 else ""
    found: dict = {"forgotten": list_routes.forgotten()}
    for who, agent in agents().items():
        client = sign_in(Client(raise_request_exception=False), agent)
        client.get("/espace/", HTTP_HOST="localhost")
        gc.collect()
        gc.freeze()  # as a server does once it is warm: alliance.portal.warm_up
        asked = [(name, address) for name, address in addresses(who, agent, prefix) if name.startswith(prefix)]
        found[who] = {name: measured(client, address, times) for name, address in asked}
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
