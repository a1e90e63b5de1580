"""Forms of the back office: a reference is chosen from a short list, or looked up within the perimeter."""

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse

from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

SHORT = {
    "partners.axis", "partners.stake", "partners.region", "partners.department", "partners.groupentity",
}  # fmt: skip
"""A select may offer all of these: they are counted in tens."""


def references(site, request):
    """``(name, field)`` of each choice of rows, in the page of the noun and in the lines below it."""
    row = site.model()
    forms = [(site.get_form(request), ""), (site.get_form(request, row, change=True), "")]
    formsets = [inline.get_formset(request, row) for inline in site.get_inline_instances(request, row)]
    forms += [(lines.form, lines.fk.name) for lines in formsets]
    for form, above in forms:
        for name, field in form.base_fields.items():
            if isinstance(field, ModelChoiceField) and name != above:
                yield name, field


def offered_whole() -> tuple[list[str], int]:
    """The fields whose page would hold a line for each row of a table that grows; how many references were seen."""
    request = RequestFactory().get("/gestion/")
    request.user = builders.staff()
    long, seen = set(), 0
    for model, site in admin.site._registry.items():
        for name, field in references(site, request):
            seen += 1
            looked_up = isinstance(getattr(field.widget, "widget", field.widget), AutocompleteSelect)
            if not looked_up and field.queryset.model._meta.label_lower not in SHORT:
                long.add(f"{model._meta.label_lower}.{name}")
    return sorted(long), seen


def test_no_form_offers_every_row_of_a_table_that_grows(monkeypatch):
    found, seen = offered_whole()
    assert found == []
    assert seen > 15
    agreements = next(site for model, site in admin.site._registry.items() if model._meta.model_name == "agreement")
    monkeypatch.setattr(agreements, "autocomplete_fields", ["organisation"])
    assert offered_whole()[0] == ["partners.agreement.partner_referent", "partners.agreement.referent"]


def offered(client, field: str, term: str = "") -> list[str]:
    asked = {"app_label": "partners", "model_name": "agreement", "field_name": field, "term": term}
    answer = client.get(reverse("admin:autocomplete"), asked)
    assert answer.status_code == 200
    return sorted(each["text"] for each in answer.json()["results"])


@pytest.fixture
def people(brittany, elsewhere):
    here = builders.organisation(name="Ici", commune=builders.commune())
    paris = builders.commune("75056", "Paris", builders.department("75", "Paris", elsewhere))
    away = builders.organisation(name="Ailleurs", commune=paris)
    for name, organisation in (("Anne Ici", here), ("Béa Ailleurs", away)):
        builders.membership(builders.user(full_name=name), organisation)
    return here, builders.staff(regions=[brittany], full_name="Déléguée d’ici")


def test_a_delegate_is_offered_agents_as_referents_and_people_of_the_perimeter_as_theirs(people):
    _, delegate = people
    builders.staff(full_name="Équipe nationale")
    client = signed_in(delegate)
    assert offered(client, "referent") == ["Déléguée d’ici", "Équipe nationale"]
    assert offered(client, "partner_referent", "anne") == ["Anne Ici"]
    assert offered(client, "partner_referent", "béa") == []
    assert offered(signed_in(builders.staff()), "partner_referent", "bea") == ["Béa Ailleurs"]


def test_those_named_on_an_agreement_answer_for_their_side(people):
    here, delegate = people
    agreement, client = builders.agreement(here), signed_in(delegate)
    page = reverse("admin:partners_agreement_change", args=[agreement.pk])
    member = here.memberships.get().user
    stranger = builders.user(full_name="Béa d’ici aussi")
    builders.membership(stranger, builders.organisation(name="Autre", commune=here.commune))

    def post(**named):
        return client.post(page, {"title": agreement.title} | {key: person.pk for key, person in named.items()})

    refused = post(referent=member, partner_referent=stranger)
    assert refused.status_code == 400
    words = refused.content.decode()
    assert "Cette personne ne peut pas s’en occuper : c’est hors de son périmètre." in words
    assert "Cette personne n’est pas rattachée à l’organisation de l’accord." in words
    agreement.refresh_from_db()
    assert (agreement.referent, agreement.partner_referent) == (None, None)
    assert post(referent=delegate, partner_referent=member).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.referent, agreement.partner_referent) == (delegate, member)


def test_whoever_was_named_before_leaving_stays_named(people):
    here, delegate = people
    agreement = builders.agreement(here, partner_referent=here.memberships.get().user)
    here.memberships.update(ended_at="2020-01-01T00:00:00Z", starts_on="2019-01-01", ends_on="2020-01-01")
    page = reverse("admin:partners_agreement_change", args=[agreement.pk])
    typed = {"title": "Autre objet", "partner_referent": agreement.partner_referent_id}
    assert signed_in(delegate).post(page, typed).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.title, agreement.partner_referent_id) == ("Autre objet", typed["partner_referent"])
