"""An address that only a notice without proof condemns: an agent confirms it or sets it aside, with who and why."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners.actions.mail_wishes import confirm_bounce, dismiss_bounce
from partners.models import Bounce
from tests import builders
from tests.portal.test_staff_campaigns import html
from tests.portal.test_staff_mails import HOME, place  # noqa: F401  fixture
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


def claim(people) -> str:
    """The address of a row that a notice without proof has condemned, and its page."""
    facts = {"kind": "claimed", "status": "5.1.1", "message_id": "<1@test.invalid>"}
    bounce = Bounce.objects.create(address="ana@test.invalid", person=people["ana"], **facts)
    return f"{HOME}adresses/{bounce.pk}/"


def test_what_a_notice_claimed_is_confirmed_with_who_and_why_and_bulk_mail_stops(place):  # noqa: F811
    path, client = claim(place), signed_in(place["delegate"])
    page = html(client.get(path))
    assert f'action="{path}confirmer/"' in page
    assert f'formaction="{path}ecarter/"' in page
    assert "Rétablir cette adresse" not in page
    empty = client.post(f"{path}confirmer/", {"motive": " "})
    assert (empty.status_code, "Ce champ est obligatoire" in html(empty)) == (400, True)
    assert list(Bounce.objects.open()) == []
    assert client.post(f"{path}confirmer/", {"motive": "Appelée : elle a quitté le poste"}).status_code == 302
    row = Bounce.objects.open().get()
    assert (row.kind, row.confirmed_by, row.lifted_at) == ("returned", place["delegate"], None)
    page = html(client.get(path))
    assert f"par {place['delegate']} : Appelée : elle a quitté le poste" in page
    assert "Rétablir cette adresse" in page
    assert "confirmée par un agent" in html(client.get(f"{HOME}adresses/"))
    for name in ("confirmer", "ecarter"):
        assert client.post(f"{path}{name}/", {"motive": "Encore"}).status_code == 409


def test_what_a_notice_claimed_is_set_aside_with_who_and_why(place):  # noqa: F811
    path, client = claim(place), signed_in(place["delegate"])
    assert client.post(f"{path}ecarter/", {"motive": ""}).status_code == 400
    assert client.post(f"{path}ecarter/", {"motive": "Elle m’a répondu hier"}).status_code == 302
    assert list(Bounce.objects.unsettled()) == []
    past = html(client.get(f"{HOME}adresses/?etat=retablies"))
    assert "Écartée le" in past
    assert f"par {place['delegate']} : Elle m’a répondu hier" in past
    assert "Avis écarté le" in html(client.get(path))
    assert client.post(f"{path}confirmer/", {"motive": "Trop tard"}).status_code == 409
    assert "Adresse qui ne reçoit plus" not in html(client.get("/gestion/"))


def test_a_delegate_elsewhere_says_nothing_of_it_and_reading_changes_nothing(place):  # noqa: F811
    path = claim(place)
    away = signed_in(builders.staff(email="ailleurs@test.invalid", regions=[builders.region("11", "Île-de-France")]))
    for name in ("confirmer", "ecarter"):
        assert away.post(f"{path}{name}/", {"motive": "Moi"}).status_code == 404
        assert signed_in(place["delegate"]).get(f"{path}{name}/").status_code == 405
    assert Bounce.objects.get().is_claimed


def test_what_is_certain_is_not_set_aside_as_a_claim(place):  # noqa: F811
    bounce = Bounce.objects.create(address="ana@test.invalid", person=place["ana"], kind="refused", status="5.1.1")
    client = signed_in(place["delegate"])
    for act in (confirm_bounce, dismiss_bounce):
        with pytest.raises(Conflict) as refusal:
            act(bounce=bounce, motive="Vu", by=place["delegate"])
        assert refusal.value.code == "settled"
    assert client.post(f"{HOME}adresses/{bounce.pk}/ecarter/", {"motive": "Vu"}).status_code == 409


def test_the_database_keeps_no_confirmation_without_its_reason(place):  # noqa: F811
    claim(place)
    with pytest.raises(IntegrityError, match="bounce_confirmed_with_motive"), transaction.atomic():
        Bounce.objects.update(kind="returned", confirmed_at=timezone.now())
