"""A filtered view is an object: its page, its feed, its embedded form, its calendar."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from lxml import etree

from alliance.lib.atom import ATOM, TOMBSTONES
from alliance.portal.kept.changes import ENTRIES, _stale_at
from alliance.portal.kept.nouns import NOUNS
from events.models import Convention
from partners.models import Departure, Organisation, Project
from partners.models.project import STALE_MONTHS, months_before
from tests import builders
from tests.portal.test_public_pages import all_routes, public_paths, world  # noqa: F401
from tests.query_table import AGREEMENTS, ORGANISATIONS, PROJECTS, query_world  # noqa: F401

pytestmark = pytest.mark.django_db
NAMES = {"a": ATOM, "at": TOMBSTONES}
TABLES = [("/projets/", PROJECTS), ("/annuaire/", ORGANISATIONS), ("/accords/", AGREEMENTS)]


def feed_of(client, path: str):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return etree.fromstring(response.content)


def links(root) -> set[str]:
    return set(root.xpath("a:entry/a:link/@href", namespaces=NAMES))


@pytest.mark.parametrize(("path", "table"), TABLES)
def test_feed_and_frame_answer_the_shared_table(client, query_world, path, table):  # noqa: F811
    for query, expected in table:
        found = links(feed_of(client, f"{path}flux.atom?{query}"))
        framed = client.get(f"{path}integrer/?{query}").context["items"]
        if path == "/accords/":
            assert {item.title for item in framed} == expected, query
            assert len(found) == len({item.url for item in framed}), query
        else:
            assert {url.rstrip("/").rsplit("/", 1)[1] for url in found} == expected, query
            assert {item.path for item in framed} == {f"{path}{slug}/" for slug in expected}, query


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)
def test_the_page_of_a_view_leads_to_all_its_forms_with_the_same_filters(client, query_world, noun):  # noqa: F811
    builders.convention()
    query = {"/charte/signataires/": "version=2020", "/conventions/": ""}.get(noun.path, "region=53")
    list_page = client.get(f"{noun.path}?{query}").content.decode()
    assert f'href="{noun.path}reutiliser/{"?" + query if query else ""}"' in list_page
    page = client.get(f"{noun.path}reutiliser/?{query}")
    html = page.content.decode()
    for last in ("", "flux.atom", "integrer/"):
        assert f"{noun.path}{last}{'?' + query if query else ''}" in html
    for url in [url for _, url in page.context["files"]] + [page.context["view"].api()]:
        response = client.get(url)
        assert response.status_code == 200, url
        assert b"".join(response), url
    assert ("portail_csrf" in page.cookies, "portail_session" in page.cookies) == (False, False)


def test_the_count_is_that_of_the_list(client, query_world):  # noqa: F811
    assert "<strong>2 projets</strong>" in client.get("/projets/reutiliser/?axis=4").content.decode()
    assert (
        "<strong>1 signature</strong>" in client.get("/charte/signataires/reutiliser/?state=pending").content.decode()
    )


def test_what_is_not_understood_is_said(client):
    assert "laissé de côté" in client.get("/projets/reutiliser/?axis=99").content.decode()
    assert client.get("/projets/flux.atom?axis=99").status_code == 200
    assert client.get("/personnes/reutiliser/").status_code == 404


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)
def test_a_feed_is_what_the_standard_asks(client, query_world, noun):  # noqa: F811
    builders.convention()
    root = feed_of(client, f"{noun.path}flux.atom")
    for path in ("a:id", "a:title", "a:updated", "a:author/a:name", "a:link[@rel='self']"):
        assert len(root.findall(path, NAMES)) == 1, path
    entries = root.findall("a:entry", NAMES)
    assert entries
    refs = [entry.findtext("a:id", namespaces=NAMES) for entry in entries]
    assert len(set(refs)) == len(refs)
    moments = [datetime.fromisoformat(entry.findtext("a:updated", namespaces=NAMES)) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert all(moment.tzinfo for moment in moments)
    assert root.findtext("a:updated", namespaces=NAMES) == entries[0].findtext("a:updated", namespaces=NAMES)
    assert all(ref.startswith("tag:localhost,2026:/") for ref in refs)
    assert [entry.findtext("a:title", namespaces=NAMES) for entry in entries if not len(entry)] == []


def test_an_unknown_reader_reads_it_too(client, query_world):  # noqa: F811
    feedparser = pytest.importorskip("feedparser")
    read = feedparser.parse(client.get("/projets/flux.atom").content)
    assert (read.bozo, read.version, len(read.entries)) == (False, "atom10", 6)
    assert all(entry.id and entry.updated_parsed and entry.link and entry.title for entry in read.entries)


def test_hostile_words_make_no_other_xml(client):
    builders.project(title="</title><script>x</script> & \x08 ]]>", summary="<b>")
    entry = feed_of(client, "/projets/flux.atom").find("a:entry", NAMES)
    assert entry.findtext("a:title", namespaces=NAMES) == "</title><script>x</script> &  ]]>"


def test_an_unchanged_feed_is_not_sent_again_and_head_sends_nothing(client):
    builders.project()
    first = client.get("/projets/flux.atom")
    assert client.get("/projets/flux.atom", headers={"If-None-Match": first["ETag"]}).status_code == 304
    head = client.head("/projets/flux.atom")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    Project.objects.update(title="Autre")
    assert client.get("/projets/flux.atom", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_feed_holds_the_fifty_that_changed_last(client):
    for _ in range(ENTRIES + 5):
        builders.project()
    oldest = Project.objects.order_by("pk")[0]
    root = feed_of(client, "/projets/flux.atom")
    assert len(root.findall("a:entry", NAMES)) == ENTRIES
    assert f"http://localhost:8000/projets/{oldest.slug}/" not in links(root)


def test_a_feed_says_what_happened_last_and_only_since_a_day(client):
    now = timezone.now()
    old, changed = builders.project(slug="ancien"), builders.project(slug="change")
    past = now - timedelta(days=40)
    Project.objects.filter(pk=old.pk).update(created_at=past, updated_at=past)
    Project.objects.filter(pk=changed.pk).update(created_at=past, confirmed_on=past.date())
    root = feed_of(client, "/projets/flux.atom")
    summaries = {
        each.findtext("a:title", namespaces=NAMES): each.findtext("a:summary", namespaces=NAMES)
        for each in root.findall("a:entry", NAMES)
    }
    assert summaries[old.title].startswith("Publié le ")
    assert summaries[changed.title].startswith("Modifié le ")
    day = (now - timedelta(days=10)).date().isoformat()
    assert links(feed_of(client, f"/projets/flux.atom?since={day}")) == {"http://localhost:8000/projets/change/"}


def gone(root) -> list[str]:
    return root.xpath("at:deleted-entry/@ref", namespaces=NAMES)


def test_what_left_the_list_is_told_and_told_no_more_when_it_is_back(client):
    project = builders.project(slug="parti", title="Mots secrets")
    here = feed_of(client, "/projets/flux.atom").findtext("a:entry/a:id", namespaces=NAMES)
    Project.objects.update(moderation="returned", return_motive="motif")
    root = feed_of(client, "/projets/flux.atom")
    assert (gone(root), links(root)) == ([here], set())
    assert "Mots secrets" not in etree.tostring(root).decode()
    Project.objects.update(moderation="published")
    assert gone(feed_of(client, "/projets/flux.atom")) == []
    project.delete()
    assert gone(feed_of(client, "/projets/flux.atom")) == [here]


def test_hidden_organisations_and_agreements_are_told_by_the_ids_that_they_had(client):
    lead = builders.organisation()
    builders.agreement(lead)
    refs = [
        feed_of(client, f"/{noun}/flux.atom").findtext("a:entry/a:id", namespaces=NAMES)
        for noun in ("accords", "annuaire")
    ]
    lead.agreements.update(is_public=False)
    Organisation.objects.update(is_public=False)
    assert [gone(feed_of(client, f"/{noun}/flux.atom")) for noun in ("accords", "annuaire")] == [[refs[0]], [refs[1]]]
    assert Departure.objects.count() == 2


def test_drafts_that_nobody_saw_leave_no_trace():
    project = builders.project(moderation="draft")
    Project.objects.update(moderation="submitted")
    project.delete()
    assert Departure.objects.count() == 0


def test_a_project_that_time_took_out_of_the_list_is_told(client):
    limit = months_before(timezone.localdate(), STALE_MONTHS)
    builders.project(slug="oublie", confirmed_on=limit - timedelta(days=3))
    builders.project(slug="tres-vieux", confirmed_on=limit - timedelta(days=300))
    root = feed_of(client, "/projets/flux.atom")
    assert gone(root) == ["tag:localhost,2026:/projets/oublie/"]
    assert gone(feed_of(client, "/projets/flux.atom?freshness=stale")) == []


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 2, 28), date(2025, 8, 31), date(2025, 11, 22)])
def test_the_first_night_of_a_stale_project_is_exact(day):
    first = _stale_at(day).date()
    assert months_before(first, STALE_MONTHS) > day
    assert months_before(first - timedelta(days=1), STALE_MONTHS) <= day


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("/projets/", 5), ("/annuaire/", 4), ("/accords/", 4)])
def test_a_feed_costs_as_many_queries_for_one_row_as_for_three(
    client, django_assert_max_num_queries, rows, path, queries
):
    for _ in range(rows):
        lead = builders.organisation(commune=builders.commune())
        builders.project(lead=lead, commune=lead.commune)
        builders.agreement(lead)
    with django_assert_max_num_queries(queries):
        client.get(f"{path}flux.atom")


def test_only_the_frames_may_be_framed(client, world):  # noqa: F811
    """All that opens without an account, one after the other."""
    framed, walked = [], 0
    for path in public_paths(world.code):
        response = client.get(path)
        policy, frame = response.headers.get("Content-Security-Policy", ""), response.headers.get("X-Frame-Options")
        open_to_all = "frame-ancestors *" in policy or (frame != "DENY" and "frame-ancestors 'none'" not in policy)
        if open_to_all:
            framed.append(path)
        else:
            assert (frame, "frame-ancestors 'none'" in policy) == ("DENY", True), path
        walked += 1
    assert walked > 60
    assert sorted(framed) == sorted(f"{noun.path}integrer/" for noun in NOUNS)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)
def test_a_frame_sets_no_cookie_runs_no_script_and_posts_nothing(noun):
    client = Client()
    response = client.get(f"{noun.path}integrer/")
    assert dict(client.cookies) == {}
    assert "Set-Cookie" not in response.headers
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert "X-Frame-Options" not in response.headers
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "<script" not in response.content.decode()


def test_the_static_fragment_is_whole_and_holds_no_other_markup(client):
    builders.project(title="<img src=x onerror=alert(1)>", slug="mechant")
    page = client.get("/projets/reutiliser/")
    fragment = page.context["static_html"]
    assert 'href="http://localhost:8000/projets/mechant/"' in fragment
    assert "<img" not in fragment
    assert "<img" not in page.content.decode()
    copied = [area.text for area in etree.HTML(page.content.decode()).iter("textarea")]
    assert copied[1].strip() == fragment.strip()
    root = etree.HTML(fragment)
    assert {node.tag for node in root.iter()} == {"html", "body", "section", "h2", "p", "ul", "li", "a"}


def test_the_code_of_the_frame_keeps_hostile_words_inside_their_attribute(client):
    page = client.get("/projets/reutiliser/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&department=29")
    (copied, _) = (area.text for area in etree.HTML(page.content.decode()).iter("textarea"))
    root = etree.HTML(copied)
    assert [node.tag for node in root.iter()] == ["html", "body", "iframe"]
    assert "<script>" in root.find(".//iframe").get("title")


def test_the_calendar_holds_every_convention_and_tells_the_cancelled_one(client):
    builders.convention(slug="a"), builders.convention(slug="b", state="cancelled")
    builders.convention(slug="c", state="draft")
    response = client.get("/conventions/calendrier.ics")
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert {str(event["url"]).rsplit("/", 2)[1]: str(event["status"]) for event in events} == {
        "a": "CONFIRMED",
        "b": "CANCELLED",
    }
    assert b"METHOD:PUBLISH" in response.content
    Convention.objects.update(state="cancelled")
    assert b"METHOD:PUBLISH" in client.get("/conventions/calendrier.ics").content
    assert (
        client.get(
            "/conventions/calendrier.ics", headers={"If-None-Match": client.get("/conventions/calendrier.ics")["ETag"]}
        ).status_code
        == 304
    )


def test_no_slug_can_take_the_place_of_these_pages():
    from django.db import IntegrityError, transaction

    for make in (builders.project, builders.organisation):
        for slug in ("reutiliser", "integrer"):
            with pytest.raises(IntegrityError), transaction.atomic():
                make(slug=slug)


def test_control_every_noun_has_its_routes():
    names = {name for name, _, _ in all_routes()}
    assert {f"kept:{noun.key}_{last}" for noun in NOUNS for last in ("reuse", "embed", "feed")} <= names
