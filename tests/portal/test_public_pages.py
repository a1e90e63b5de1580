"""What opens without an account, exactly; and that nothing personal is ever on it."""

import base64

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern
from django.utils import timezone

from alliance.proof import checkpoints, journal
from charter.models import Deliberation, Transmission
from events.actions.certificates import certify_attendance
from partners.models import Correction, StaffPerimeter, TerritoryMessage
from tests import builders
from tests.events import coming, drafting, saying

pytestmark = pytest.mark.django_db

PUBLIC = """
    account_confirm_login_code account_inactive account_login account_login_password account_logout
    account_request_login_code api:agreements api:axes api:charter_version api:charter_versions
    api:clusters api:commune api:communes api:convention api:conventions api:departments api:docs
    api:journal_consistency api:journal_entry api:organisation api:organisations api:project
    api:projects api:regions api:registration api:registration_offer
    api:registrations api:schema api:signatures api:stakes
    charter:adhesion_withdrawal charter:badge charter:charter charter:compare charter:compare_choice charter:letter
    charter:member_link charter:signatories charter:verify charter:verify_code charter:verify_tool
    charter:verify_tool_file charter:version demo_mail demo_mail_attachment events:convention
    events:convention_ics events:conventions events:offer events:workshop_allocation events:workshop_file
    events:door events:door_enter events:door_marks events:door_people events:door_seat events:door_undo
    events:door_worker events:ticket events:ticket_file events:ticket_workshops
    healthz journal_checkpoint journal_checkpoint_at
    journal_checkpoints journal_keys kept:accords_embed kept:accords_feed kept:accords_reuse
    kept:annuaire_embed kept:annuaire_feed kept:annuaire_reuse kept:asked kept:calendar kept:confirm
    kept:conventions_embed kept:conventions_feed kept:conventions_reuse kept:end kept:projets_embed
    kept:projets_feed kept:projets_reuse kept:signatures_embed kept:signatures_feed
    kept:signatures_reuse mail:returns mail:stop mail:stop_report metrics mfa_authenticate mfa_login_webauthn
    partners:agreements
    partners:axes partners:axis partners:communes partners:department partners:directory
    partners:follow_up partners:follow_up_stop
    partners:organisation partners:project partners:project_map partners:project_photo partners:projects partners:region
    partners:report_organisation partners:report_project partners:reported_organisation
    partners:reported_project partners:territories partners:write_to_department
    partners:write_to_region partners:wrote_to_department partners:wrote_to_region
    portal:accessibility portal:api_changes portal:axes_by_region portal:catalogue portal:dump
    portal:erasure portal:figures portal:help portal:home portal:invitation portal:join portal:join_asked
    portal:join_confirm portal:join_organisation portal:join_propose portal:legal portal:open_data portal:privacy
    portal:published portal:robots portal:search portal:sitemap portal:sitemap_page
    portal:sitemap_part portal:suggestions readyz security_txt
    api:convention_programme api:convention_proposals api:convention_report api:convention_roadmap api:roadmap
    events:after events:after_ask events:after_certificate events:report events:report_organisations events:survey
    events:guest events:guest_ask events:needs events:personal_feed events:programme_ics
    events:minutes events:proposal events:proposals events:roadmap events:roadmap_item events:table
    events:table_facilitator events:table_worker
    events:programme_changes events:speaker
""".split()  # noqa: SIM905  one word a route reads better


def all_routes(resolver=None, prefix="", path=""):
    """``(name, path, callback)`` of every address of the portal."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", f"{path}{entry.pattern}", entry.callback
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from all_routes(entry, prefix + space, f"{path}{entry.pattern}")


def test_the_addresses_open_without_an_account_are_exactly_these():
    opened = {name for name, _, callback in all_routes() if not getattr(callback, "login_required", True)}
    assert sorted(opened) == sorted(PUBLIC)


def test_everything_else_sends_visitors_to_the_sign_in(client):
    closed = [path for name, path, callback in all_routes() if getattr(callback, "login_required", True)]
    plain = [path for path in closed if "<" not in path and "(" not in path]
    assert len(plain) > 10
    for path in plain:
        response = client.get(f"/{path}")
        assert (response.status_code, response.url.split("?")[0]) == (302, "/connexion/"), path


CANARIES = ("canari-personne", "Canari Nommé", "canari-inscrit", "Canari Inscrit", "Canari Mandataire", "canari-motif")
CANARIES += ("canari-visio", "Canari Intervenant", "canari-parle")


@pytest.fixture
def world(settings):
    """Rows of every noun, a canary in each personal field."""
    person = builders.user("canari-personne@test.invalid", full_name="Canari Nommé")
    lead = builders.organisation(slug="atelier", name="Atelier", kind="network", commune=builders.commune())
    builders.membership(person, lead, "administrator", job_title="Canari Nommé")
    project = builders.project([builders.axis(1)], slug="halle", lead=lead, commune=lead.commune, submitted_by=person)
    Correction.objects.create(project=project, text="canari-motif")
    here = {"region": lead.commune.region, "department": lead.commune.department}
    TerritoryMessage.objects.create(email="canari-personne@test.invalid", text="canari-motif", **here)
    delegate = builders.staff(
        regions=[lead.commune.region], email="canari-personne3@test.invalid", full_name="Canari Nommé"
    )
    StaffPerimeter.objects.filter(user=delegate).update(job_title="Délégué régional")
    version = builders.charter_version("2020")
    power = builders.mandate(lead, person, job_title="Canari Mandataire")
    builders.agreement(lead, referent=builders.staff(email="canari-personne2@test.invalid", full_name="Canari Nommé"))
    Transmission.objects.create(organisation=lead, version=version, sender=person, recipient=person)
    Deliberation.objects.create(organisation=lead, version=version, announced_by=person, meets_on="2027-01-01")
    convention = builders.convention(slug="c26")
    attendee = builders.attendee(
        name="Canari Inscrit", email="canari-inscrit@test.invalid", organisation=lead, user=person
    )
    builders.registration(convention, attendee)
    online = drafting.temps(convention, online_url="https://canari-visio.invalid/")
    online.speakers.create(name="Canari Intervenant", email="canari-parle@test.invalid", asked_at=timezone.now())
    drafting.publish(convention)
    held = coming.gone_by(slug="c25", report="Ce qui en reste.")
    for rank in range(5):
        guest = {"name": "Canari Inscrit", "email": f"canari-inscrit{rank}@test.invalid", "organisation": lead}
        came = coming.present(held, **guest)
    certify_attendance(registration=came, at=timezone.now())
    saying.gave(held)
    journal.append(kind="signed", subject="s", personal={"signer_name": "Canari Nommé", "job": "Canari Mandataire"})
    settings.JOURNAL_KEY = base64.b64encode(bytes(32)).decode()
    checkpoints.sign_checkpoint()
    return builders.signature(lead, version, signer=person, mandate=power)


def public_paths(code: str) -> list[str]:
    values = {
        "<slug:slug>": None, "<slug:other>": "2020", "<int:number>": "1", "<str:code>": code, "<str:name>": "x",
        "<str:position>": "0", "<str:size>": "1",
    }  # fmt: skip
    slugs = {
        "partners:organisation": "atelier", "partners:report_organisation": "atelier",
        "partners:reported_organisation": "atelier",
        "partners:project": "halle", "partners:report_project": "halle", "partners:reported_project": "halle",
        "charter:version": "2020", "charter:compare": "2020",
        "events:convention": "c26", "events:convention_ics": "c26", "events:programme_ics": "c26",
        "events:guest_ask": "c26", "events:programme_changes": "c26",
        "events:proposals": "c26", "events:report": "c25", "events:report_organisations": "c25",
        "api:convention_programme": "c25", "api:convention_report": "c25", "api:convention_proposals": "c25",
        "api:convention_roadmap": "c25", "events:minutes": "c26",
        "events:workshop_allocation": "c26",
        "api:organisation": "atelier", "api:project": "halle", "api:charter_version": "2020", "api:convention": "c26",
    }  # fmt: skip
    regions = {"partners:region", "partners:write_to_region", "partners:wrote_to_region"}
    paths = []
    for name, path, callback in all_routes():
        if getattr(callback, "login_required", True):
            continue
        path = path.replace("<territory:code>", "53" if name in regions else "29")
        for shape, value in values.items():
            path = path.replace(shape, value or slugs.get(name, "x"))
        paths.append("/" + path)
    lists = ["organisations", "projects", "agreements", "signatures", "conventions", "charter-versions"]
    paths += [f"/api/v1/{noun}/?format={file}" for noun in lists for file in ("csv", "geojson", "json")]
    paths += ["/recherche/?q=canari", "/annuaire/?q=canari", "/projets/?q=canari", "/api/v1/communes/29019/"]
    paths += ["/api/v1/journal/proofs/consistency/?old=1&new=1"]
    return paths


def test_nothing_personal_is_on_any_public_page_or_in_any_public_field(world):
    client, seen = Client(), 0
    for path in public_paths(world.code):
        response = client.get(path)
        content = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
        typed = content.replace("canari</", "").replace('value="canari"', "")
        found = [canary for canary in CANARIES if canary in typed]
        assert found == [], path
        seen += response.status_code == 200
    assert seen > 50


def test_control_the_canaries_are_really_there(world):
    from tests.sessions import signed_in

    page = signed_in(builders.staff()).get("/gestion/charter/mandate/").content.decode()
    assert "Canari Nommé" in page
