"""What others read of us, read by programs that are not ours: Atom, calendars, GeoJSON, sitemap.

Catalogue (rdflib) and Parquet (arro3) are in ``test_dumps``.
"""

import json
import warnings
from datetime import UTC

import feedparser
import pytest
from django.http import QueryDict
from geojson_pydantic import FeatureCollection
from icalendar import Calendar
from lxml import etree

from alliance.portal.kept.nouns import NOUNS
from events.models import Convention
from tests import builders
from tests.query_table import query_world  # noqa: F401

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own concern
    import vobject

pytestmark = pytest.mark.django_db
HOSTILE = 'Été « ; , : \\ " </title> & ]]> ☂ ' + "mot " * 40
# The rules of https://www.sitemaps.org/schemas/sitemap/0.9/sitemap.xsd and siteindex.xsd for what we write of them.
SITEMAP_RULES = """
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    targetNamespace="http://www.sitemaps.org/schemas/sitemap/0.9" elementFormDefault="qualified">
  <xsd:simpleType name="loc"><xsd:restriction base="xsd:anyURI"><xsd:minLength value="12"/><xsd:maxLength value="2048"/>
  </xsd:restriction></xsd:simpleType>
  <xsd:simpleType name="moment"><xsd:union memberTypes="xsd:date xsd:dateTime"/></xsd:simpleType>
  <xsd:complexType name="entry"><xsd:sequence><xsd:element name="loc" type="loc"/>
    <xsd:element name="lastmod" type="moment" minOccurs="0"/></xsd:sequence></xsd:complexType>
  <xsd:element name="urlset"><xsd:complexType><xsd:sequence>
    <xsd:element name="url" type="entry" maxOccurs="50000"/></xsd:sequence></xsd:complexType></xsd:element>
  <xsd:element name="sitemapindex"><xsd:complexType><xsd:sequence>
    <xsd:element name="sitemap" type="entry" maxOccurs="50000"/></xsd:sequence></xsd:complexType></xsd:element>
</xsd:schema>
"""
HERE = "http://localhost:8000"


@pytest.fixture
def world(query_world):  # noqa: F811
    lead = builders.organisation(name=HOSTILE[:150], commune=builders.commune())
    builders.project(title=HOSTILE[:150], summary=HOSTILE, lead=lead, commune=lead.commune)
    builders.agreement(lead, title=HOSTILE[:150])
    builders.convention(slug="c26", title=HOSTILE[:150], place=HOSTILE[:100], summary=HOSTILE)
    builders.convention(slug="c27", state="cancelled")


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)
def test_feedparser_finds_nothing_to_say_of_our_feeds(client, world, noun):
    read = feedparser.parse(client.get(f"{noun.path}flux.atom").content)
    assert (read.bozo, read.version) == (False, "atom10")
    assert read.feed.links[0].href
    assert len(read.entries) == noun.read(QueryDict("")).rows.count()
    for entry in read.entries:
        assert entry.id.startswith("tag:")
        assert entry.updated_parsed
        assert entry.link.startswith(HERE)
        assert entry.title
    if noun.key != "signatures":
        assert HOSTILE[:150].strip() in {entry.title for entry in read.entries}


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.key)
def test_readers_of_feeds_and_programs_find_the_list_in_its_head(client, world, noun):
    query = {"/charte/signataires/": "version=2020", "/conventions/": ""}.get(noun.path, "region=53")
    page = etree.HTML(client.get(f"{noun.path}?{query}").content.decode())
    found = {link.get("type"): link.get("href") for link in page.iter("link") if link.get("rel") == "alternate"}
    view = noun.read(QueryDict(query))
    assert found.pop("text/calendar", "/conventions/calendrier.ics") == "/conventions/calendrier.ics"
    assert found == {"application/atom+xml": view.path("flux.atom"), "application/json": view.api()}
    assert [client.get(url).status_code for url in found.values()] == [200, 200]


@pytest.mark.parametrize("path", ["/conventions/calendrier.ics", "/conventions/c26.ics"])
def test_two_readers_of_calendars_read_the_same(client, world, path):
    content = client.get(path).content
    first = {
        str(event["uid"]): (
            str(event["summary"]),
            event["dtstart"].dt,
            event["dtend"].dt,
            str(event.get("location", "")),
        )
        for event in Calendar.from_ical(content).walk("VEVENT")
    }
    second = {
        event.uid.value: (
            event.summary.value,
            event.dtstart.value,
            event.dtend.value,
            event.location.value if "location" in event.contents else "",
        )
        for event in vobject.readOne(content.decode()).vevent_list
    }
    assert first == second
    assert HOSTILE[:150].strip() in {summary for summary, *_ in first.values()}
    known = Convention.objects.public().values_list("starts_at", flat=True)
    assert {start.astimezone(UTC) for _, start, *_ in first.values()} <= {at.replace(microsecond=0) for at in known}
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


@pytest.mark.parametrize(
    "path",
    [f"/api/v1/{noun}/?format=geojson" for noun in ("projects", "organisations", "communes", "agreements", "axes")]
    + ["/api/v1/projects/clusters/?bbox=-6,41,10,52&zoom=5", "/api/v1/projects/clusters/?bbox=-6,41,10,52&zoom=14"],
)
def test_geojson_is_that_of_the_standard(client, world, path):
    response = client.get(path)
    content = b"".join(response) if response.streaming else response.content
    read = FeatureCollection.model_validate_json(content)
    assert read.features
    for feature in read.features:
        if feature.geometry:
            lon, lat = feature.geometry.coordinates[:2]
            assert (-180 <= lon <= 180, -90 <= lat <= 90) == (True, True)
    assert "crs" not in json.loads(content)


def test_every_sitemap_obeys_the_rules_of_the_protocol(client, world):
    rules = etree.XMLSchema(etree.fromstring(SITEMAP_RULES))
    index = etree.fromstring(client.get("/sitemap.xml").content)
    rules.assertValid(index)
    parts = [node.text for node in index.iter("{*}loc")]
    for part in parts:
        content = client.get(part.removeprefix(HERE)).content
        root = etree.fromstring(content)
        assert len(content) <= 50_000_000
        if len(root):
            rules.assertValid(root)
        assert all(node.text.startswith(f"{HERE}/") for node in root.iter("{*}loc"))


def test_control_each_reader_refuses_what_is_wrong(client, world):
    assert feedparser.parse(client.get("/projets/flux.atom").content[:-20]).bozo
    with pytest.raises(ValueError, match="type"):
        FeatureCollection.model_validate_json('{"type": "FeatureCollection", "features": [{"type": "Point"}]}')
    rules = etree.XMLSchema(etree.fromstring(SITEMAP_RULES))
    assert not rules.validate(etree.fromstring(b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>'))
    with pytest.raises(vobject.base.ParseError):
        vobject.readOne("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n")
