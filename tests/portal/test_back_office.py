"""The back office: rows of the perimeter, verbs, nothing editable that a rule forbids."""

import html
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from charter.models import Signature
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", urlconf="alliance.urls")
    for model in admin.site._registry
]


@pytest.mark.parametrize("path", ["/gestion/", "/gestion/inviter/", LISTS[0]])
def test_visitors_are_sent_to_the_one_sign_in(client, path):
    response = client.get(path)
    assert (response.status_code, response.url) == (302, f"/connexion/?next={path}")


@pytest.mark.parametrize("path", ["/gestion/", "/gestion/inviter/", "/gestion/inviter-un-agent/", LISTS[0]])
def test_whoever_is_not_staff_finds_nothing_there(path):
    assert signed_in(builders.user()).get(path).status_code == 404


def test_it_has_no_sign_in_of_its_own():
    assert signed_in(builders.staff()).get("/gestion/login/").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_every_list_opens_empty_and_with_rows_for_the_national_team(path):
    client = signed_in(builders.staff())
    assert client.get(path).status_code == 200
    make_one_of_each()
    response = client.get(path)
    assert response.status_code == 200
    assert b"style=" not in response.content
    assert b"<script>" not in response.content


def make_one_of_each():
    lead = builders.organisation(commune=builders.commune())
    builders.project(lead=lead, commune=lead.commune)
    builders.agreement(lead)
    builders.signature(lead)
    builders.membership(builders.user(), lead)
    builders.registration(builders.convention(), builders.attendee(organisation=lead))


def test_every_row_opens_for_the_national_team():
    make_one_of_each()
    client, opened = signed_in(builders.staff()), 0
    for model in admin.site._registry:
        for row in model._default_manager.all()[:1]:
            response = client.get(
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
            )
            assert response.status_code == 200, model
            opened += 1
    assert opened > 10


@pytest.mark.parametrize(
    "noun",
    [
        "partners_organisation",
        "partners_project",
        "partners_agreement",
        "charter_signature",
        "charter_mandate",
        "events_registration",
    ],
)
def test_a_delegate_lists_and_opens_only_the_rows_of_the_perimeter(brittany, elsewhere, noun):
    make_one_of_each()
    model = next(each for each in admin.site._registry if f"{each._meta.app_label}_{each._meta.model_name}" == noun)
    row = model.objects.get()
    change, listing = reverse(f"admin:{noun}_change", args=[row.pk]), reverse(f"admin:{noun}_changelist")
    here, away = signed_in(builders.staff(regions=[brittany])), signed_in(builders.staff(regions=[elsewhere]))
    assert list(here.get(listing).context["cl"].result_list) == [row]
    assert here.get(change).status_code == 200
    assert list(away.get(listing).context["cl"].result_list) == []
    missing = away.get(reverse(f"admin:{noun}_change", args=[999_999]))
    stranger = away.get(change)
    assert (stranger.status_code, without_token(stranger)) == (404, without_token(missing))


def without_token(response) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


def act(client, noun: str, action: str, row, **extra):
    data = {"action": action, "_selected_action": row.pk, **extra}
    return client.post(reverse(f"admin:{noun}_changelist"), data, follow=True)


def test_a_delegate_countersigns_within_the_perimeter_only(brittany, elsewhere):
    lead = builders.organisation(commune=builders.commune())
    signature = builders.signature(lead, countersigned=False)
    act(signed_in(builders.staff(regions=[elsewhere])), "charter_signature", "approve", signature)
    assert Signature.objects.get().state == "pending"
    response = act(signed_in(builders.staff(regions=[brittany])), "charter_signature", "approve", signature)
    assert Signature.objects.get().state == "standing"
    assert "c’est fait" in response.content.decode()
    again = act(signed_in(builders.staff()), "charter_signature", "approve", signature)
    assert "déjà" in again.content.decode()


def test_a_read_only_row_of_a_network_is_not_countersigned_by_a_delegate(brittany):
    network = builders.organisation(kind="network", commune=builders.commune())
    signature = builders.signature(network, countersigned=False)
    response = act(signed_in(builders.staff(regions=[brittany])), "charter_signature", "approve", signature)
    assert "hors de votre périmètre" in response.content.decode()
    assert Signature.objects.get().state == "pending"


def test_nothing_is_deleted_and_no_signature_is_edited_here():
    signature = builders.signature()
    client = signed_in(builders.staff())
    assert client.get(reverse("admin:charter_signature_delete", args=[signature.pk])).status_code == 403
    change = reverse("admin:charter_signature_change", args=[signature.pk])
    client.post(change, {"code": "AAAA-AAAA-AAAA", "signed_at": "2001-01-01"})
    before = signature.code, signature.signed_at
    signature.refresh_from_db()
    assert (signature.code, signature.signed_at) == before
    assert client.get(reverse("admin:charter_signature_add")).status_code == 403


def test_a_published_version_is_only_read():
    version = builders.charter_version("2020")
    client = signed_in(builders.staff())
    client.post(reverse("admin:charter_charterversion_change", args=[version.pk]), {"title": "Autre"})
    version.refresh_from_db()
    assert version.title == "Charte de l’Alliance Dynamique"


def test_a_delegate_writes_an_organisation_of_the_perimeter_but_reads_the_networks(brittany):
    local = builders.organisation(commune=builders.commune())
    network = builders.organisation(kind="network", commune=builders.commune())
    client = signed_in(builders.staff(regions=[brittany]))

    def post(row):
        data = {"kind": row.kind, "name": "Nouveau nom", "commune": "29019"}
        return client.post(reverse("admin:partners_organisation_change", args=[row.pk]), data)

    assert post(local).status_code == 302
    assert post(network).status_code == 403
    local.refresh_from_db()
    network.refresh_from_db()
    assert (local.name, network.name == "Nouveau nom") == ("Nouveau nom", False)


def test_wrong_input_is_a_400_with_its_sentence_and_keeps_what_was_typed():
    local = builders.organisation()
    client = signed_in(builders.staff())
    path = reverse("admin:partners_organisation_change", args=[local.pk])
    response = client.post(path, {"kind": "local", "name": "Typé", "siren": "123456789"})
    page = response.content.decode()
    assert (response.status_code, "Ce numéro SIREN n’existe pas" in page, "Typé" in page) == (400, True, True)


def test_the_first_page_counts_what_waits_and_opens_the_list_it_counts(brittany, elsewhere):
    lead = builders.organisation(commune=builders.commune())
    builders.signature(lead, countersigned=False)
    builders.project(lead=lead, commune=lead.commune, moderation="submitted")
    here = signed_in(builders.staff(regions=[brittany]))
    queue = here.get("/gestion/").context["queue"]
    assert [(line.label, line.count) for line in queue if line.count] == [
        ("Signatures à contresigner", 1),
        ("Projets et modifications à relire", 1),
        ("Actes en attente de cachet ou d’heure", 1),
    ]
    for line in queue:
        opened = here.get(line.url)
        held = opened.context
        shown = next(name for name in ("cl", "rows", "acts", "page") if name in held)
        listed = held["cl"] if shown == "cl" else held[shown].paginator
        count = listed.result_count if hasattr(listed, "result_count") else listed.count
        assert (opened.status_code, count) == (200, line.count), line.label
    away = signed_in(builders.staff(regions=[elsewhere])).get("/gestion/").context["queue"]
    assert [line.count for line in away] == [0] * len(queue)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_first_page_and_the_lists_cost_the_same_for_one_row_and_three(django_assert_max_num_queries, rows):
    for _ in range(rows):
        make_one_of_each()
    client = signed_in(builders.staff())
    for path in ["/gestion/", *LISTS]:
        with django_assert_max_num_queries(20):
            client.get(path)


def test_control_without_the_second_factor_an_agent_is_led_to_it():
    client = Client()
    client.force_login(builders.staff())
    assert client.get("/gestion/").status_code == 302


def test_tables_of_packages_stay_outside():
    names = {model._meta.label for model in admin.site._registry}
    assert names.isdisjoint({"mfa.Authenticator", "account.EmailAddress", "auth.Group", "axes.AccessAttempt"})


def test_pages_of_a_row_and_of_a_new_one_have_titles_in_french():
    organisation = builders.organisation()
    client = signed_in(builders.staff())
    change = reverse("admin:partners_organisation_change", args=[organisation.pk])
    assert "<h1>Organisation</h1>" in client.get(change).content.decode()
    assert "<h1>Ajouter : organisation</h1>" in client.get("/gestion/partners/organisation/add/").content.decode()
    listed = client.get("/gestion/partners/organisation/?vue=toutes").content.decode()
    assert "<summary> Visible dans l’annuaire</summary>" in listed
    assert 'class="addlink">Ajouter<span class="visually-hidden"> : organisation</span></a>' in listed


def test_regions_and_communes_are_sorted_as_french_is():
    for code, name in (("94", "Corse"), ("84", "Wallis"), ("11", "Île-de-France"), ("93", "Provence")):
        builders.region(code=code, name=name, slug=f"r{code}")
    listed = signed_in(builders.staff()).get("/gestion/partners/organisation/?vue=toutes").content.decode()
    names = re.findall(r"region__code__exact=\w+[^>]*>([^<]+)</a>", listed)
    assert names == ["Corse", "Île-de-France", "Provence", "Wallis"]


def test_axes_are_boxes_to_tick():
    builders.axis()
    page = signed_in(builders.staff()).get("/gestion/partners/organisation/add/").content.decode()
    assert '<input type="checkbox" name="axes"' in page
    assert "Maintenez appuyé" not in page


def test_a_figure_of_the_morning_opens_a_list_of_as_many_rows_though_more_are_read():
    lead = builders.organisation(commune=builders.commune())
    builders.signature(lead, countersigned=False)
    builders.signature(builders.organisation(kind="network"), countersigned=False)  # only read by this agent
    agent = signed_in(builders.staff(regions=[lead.commune.region]))
    figure = re.search(
        r'queue__count">(\d+)</strong>\s*<a[^>]*href="([^"]+)">Signatures à contresigner',
        agent.get("/gestion/").content.decode(),
    )
    address = html.unescape(figure[2])
    assert (figure[1], agent.get(address).context["cl"].result_count) == ("1", 1)
    assert agent.get(address.replace("&perimetre=1", "")).context["cl"].result_count == 2
    national = signed_in(builders.staff(national=True))
    assert national.get(address).context["cl"].result_count == 2
    assert "perimetre" not in national.get("/gestion/").content.decode().split("Signatures à contresigner")[0]


@pytest.mark.parametrize("noun", ["signature", "withdrawal"])
@pytest.mark.parametrize("typed", ["abc", "99999999", "0", "-1"])
def test_a_year_that_is_none_filters_nothing(noun, typed):
    builders.signature()
    answer = signed_in(builders.staff()).get(f"/gestion/charter/{noun}/?annee={typed}")
    assert (answer.status_code, answer.context["cl"].result_count) == (200, 1 if noun == "signature" else 0)
