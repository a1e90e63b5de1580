"""The ticket: by its own link, as the registration is now; its paper; in the letters; badges by the sheet."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from events import mails
from events.models import Workshop, WorkshopPlace
from events.models.door_links import ticket_path
from events.models.ticket_codes import in_two
from events.ticket_papers import badges_pdf, ticket_pdf
from tests import builders
from tests.events.at_the_door import gathering, somebody
from tests.events.reading import text

pytestmark = pytest.mark.django_db


def test_the_ticket_shows_name_code_and_qr_without_an_account(client):
    ana = somebody(gathering(title="Convention 2027", place="Halle Pajol"))
    response = client.get(ticket_path(ana))
    page = text(response)
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert "Votre billet" in page
    assert {"Ana Le Goff", in_two(ana.code), "Halle Pajol"} == {
        word for word in ("Ana Le Goff", in_two(ana.code), "Halle Pajol") if word in page
    }
    assert 'class="segno"' in response.content.decode()


def test_the_ticket_tells_the_workshops_one_has(client):
    ana = somebody(gathering())
    item = ana.convention.programme.create(
        kind="workshop", title="Tiers-lieux", room="Salle 2", starts_at=ana.convention.starts_at,
        ends_at=ana.convention.starts_at + timedelta(hours=1),
    )  # fmt: skip
    workshop = Workshop.objects.create(item=item, capacity=3)
    WorkshopPlace.objects.create(registration=ana, workshop=workshop, source="chosen", given_at=timezone.now())
    assert "Tiers-lieux, Salle 2" in text(client.get(ticket_path(ana)))


@pytest.mark.parametrize(
    ("status", "title"),
    [
        ("waiting", "Pas encore de billet"),
        ("offered", "Une place vous est proposée"),
        ("cancelled", "Ce billet ne vaut plus"),
        ("over", "Votre billet"),
    ],
)
def test_the_ticket_is_what_the_registration_is_now(client, status, title):
    ana = somebody(gathering(), status=status)
    assert title in text(client.get(ticket_path(ana)))
    assert client.get(f"{ticket_path(ana)}billet.pdf").status_code == (200 if status == "over" else 404)


def test_a_gathering_that_is_past_or_called_off_has_no_ticket(client):
    called_off = somebody(gathering(state="cancelled"))
    assert "Cette rencontre est annulée" in text(client.get(ticket_path(called_off)))
    past = somebody(gathering(starts_at=timezone.now() - timedelta(days=2)))
    assert "Cette rencontre a eu lieu" in text(client.get(ticket_path(past)))


def test_a_link_that_we_did_not_write_is_nobodys(client):
    assert client.get(f"{ticket_path(somebody(gathering()))[:-2]}x/").status_code == 404


def test_the_paper_is_one_card_of_the_size_of_a_wallet(client):
    ana = somebody(gathering(title="Convention 2027"), name="Ana Le Goff de la Très Longue Ligne des Marais")
    response = client.get(f"{ticket_path(ana)}billet.pdf")
    assert response["Content-Disposition"] == f'attachment; filename="billet-{ana.code}.pdf"'
    ((wide, high),) = re.findall(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", response.content)
    assert [round(float(side) * 25.4 / 72) for side in (wide, high)] == [86, 54]
    assert b"/Count 1" in response.content
    assert ticket_pdf(ana) == response.content


def test_a_name_in_signs_that_no_font_draws_holds_up_neither_its_ticket_nor_the_badges(client):
    convention = gathering()
    people = [somebody(convention, name="山田 🙂", email="yamada@test.invalid"), somebody(convention)]
    assert client.get(f"{ticket_path(people[0])}billet.pdf").content.startswith(b"%PDF")
    assert badges_pdf(convention, people, a_sheet=8, at=timezone.now()).startswith(b"%PDF")


@pytest.mark.parametrize(("a_sheet", "pages"), [(8, 2), (10, 1)])
def test_badges_fill_sheets_of_eight_or_ten(a_sheet, pages):
    convention = gathering()
    people = [somebody(convention, f"Personne {number:02}") for number in range(10)]
    content = badges_pdf(convention, people, a_sheet=a_sheet, at=timezone.now())
    assert len(re.findall(rb"/MediaBox\[", content)) == pages
    assert content.count(b"QR code du billet") == 10


def test_letters_of_a_seat_lead_to_the_ticket():
    ana = somebody(gathering())
    mails.send_receipt(ana.pk, "confirmed", message_id="<a@test>")
    mails.send_ticket(ana.pk, message_id="<b@test>")
    assert [ticket_path(ana) in letter.body for letter in mail.outbox] == [True, True]
    waiting = somebody(ana.convention, status="waiting")
    mails.send_receipt(waiting.pk, "waiting", message_id="<c@test>")
    assert "/billet/" not in mail.outbox[-1].body


def test_the_space_leads_to_the_ticket(client):
    convention = gathering(starts_at=timezone.now() + timedelta(days=3))
    user = builders.user("ana@test.invalid")
    ana = somebody(convention, email="ana@test.invalid", user=user)
    builders.sign_in(client, user)
    assert ticket_path(ana) in client.get(f"/conventions/{convention.slug}/inscription/").content.decode()
