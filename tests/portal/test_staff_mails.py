"""The screens of mails: what left and what was refused, within the perimeter; bulk mail from text to confirmation."""

import re

import pytest
from django.utils import timezone

from alliance.outbox.models import Owed, Posting, State
from alliance.portal import tasks  # noqa: F401  the outbox learns its works
from alliance.portal.mail_kinds import LETTERS, OTHERS, said
from partners import tasks as of_partners  # noqa: F401
from partners.mailing_letters import stop_path
from partners.models import Bounce, Mailing, MailingRecipient, MailRefusal, Membership, ReturnedMail
from tests import builders
from tests.portal.test_staff_campaigns import html
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
HOME = "/gestion/courriels/"


@pytest.fixture
def place(db):
    """Bretagne with its delegate and one organisation of one person; and a person of nowhere."""
    commune = builders.commune()
    atelier = builders.organisation(name="Atelier", commune=commune)
    ana = builders.user("ana@test.invalid", full_name="Ana")
    builders.membership(ana, atelier)
    return {
        "atelier": atelier,
        "ana": ana,
        "delegate": builders.staff(national=False, regions=[commune.department.region]),
    }


def posted(address: str, code=250, words="Ok", state=State.SENT, **fields) -> Owed:
    done = {"done_at": timezone.now()} if state == State.SENT else {}
    owed = Owed.objects.create(work="partners.send_invitation", args=[1, 1], state=state, attempts=1, **done, **fields)
    Posting.objects.create(owed=owed, address=address, template="x", attempt=1, code=code, words=words)
    return owed


def lines(page: str) -> list[str]:
    return re.findall(r'data-label="À">([^<]*)<', page)


def test_a_delegate_sees_the_mails_of_the_perimeter_and_no_other_address(place):
    posted("ana@test.invalid")
    other = posted("zoe@test.invalid")
    delegate, national = signed_in(place["delegate"]), signed_in(builders.staff())
    assert lines(html(delegate.get(HOME))) == ["ana@test.invalid"]
    assert lines(html(national.get(HOME))) == ["zoe@test.invalid", "ana@test.invalid"]
    assert delegate.get(f"{HOME}{other.pk}/").status_code == 404
    assert national.get(f"{HOME}{other.pk}/").status_code == 200
    assert lines(html(delegate.get(f"{HOME}?q=zoe"))) == []


def test_a_delegate_reads_their_own_letters_and_no_other_agent_s(place):
    posted(place["delegate"].email)
    posted(builders.staff(email="collegue@test.invalid").email)
    assert lines(html(signed_in(place["delegate"]).get(HOME))) == [place["delegate"].email]


def test_the_list_is_filtered_by_state_kind_and_address(place):
    posted("ana@test.invalid")
    posted("bob@test.invalid", 451, "Later", State.PENDING)
    posted("cleo@test.invalid", 0, "TimeoutError", State.DEAD)
    national = signed_in(builders.staff())
    assert lines(html(national.get(f"{HOME}?etat=partis"))) == ["ana@test.invalid"]
    assert lines(html(national.get(f"{HOME}?etat=en-echec"))) == ["bob@test.invalid"]
    assert lines(html(national.get(f"{HOME}?etat=abandonnes"))) == ["cleo@test.invalid"]
    assert lines(html(national.get(f"{HOME}?q=BOB"))) == ["bob@test.invalid"]
    assert lines(html(national.get(f"{HOME}?nature=partners.send_follow_up"))) == []
    page = html(national.get(HOME))
    assert "Remis à plus tard par le serveur : 451 Later" in page
    assert "Le serveur de messagerie n’a pas répondu à temps" in page


def test_a_letter_that_came_back_says_so_and_a_late_one_too(place):
    gone, late, fine = posted("ana@test.invalid"), posted("bob@test.invalid"), posted("cleo@test.invalid")
    facts = {"status": "5.1.1", "words": "550 5.1.1 [adresse] unknown"}
    ReturnedMail.objects.create(posting=gone.postings.get(), key="a", fate="failed", is_proven=False, **facts)
    ReturnedMail.objects.create(posting=gone.postings.get(), key="b", fate="delayed", status="4.4.1")
    ReturnedMail.objects.create(posting=late.postings.get(), key="b", fate="delayed", status="4.4.1")
    national = signed_in(builders.staff())
    assert lines(html(national.get(f"{HOME}?etat=revenus"))) == ["ana@test.invalid"]
    assert lines(html(signed_in(place["delegate"]).get(f"{HOME}?etat=revenus"))) == ["ana@test.invalid"]
    page = html(national.get(HOME))
    assert "Revenu : 550 5.1.1 [adresse] unknown" in page
    assert "Retardé par le serveur du destinataire : 4.4.1" in page
    assert page.count("Accepté : 250 Ok") == 1
    letter = html(national.get(f"{HOME}{gone.pk}/"))
    assert "(avis sans le numéro de ce courriel : à vérifier)" in letter
    assert letter.count("Retardé par le serveur du destinataire le") == 1
    assert "Revenu" not in html(national.get(f"{HOME}{fine.pk}/"))


def test_an_address_that_a_notice_without_proof_condemns_is_shown_as_one_to_look_at(place):
    bounce = Bounce.objects.create(address="ana@test.invalid", person=place["ana"], kind="claimed", status="5.1.1")
    client = signed_in(place["delegate"])
    assert "Adresses en échec (1)" in html(client.get(HOME))
    assert "à vérifier" in html(client.get(f"{HOME}adresses/"))
    assert "n’importe qui aurait pu l’écrire" in html(client.get(f"{HOME}adresses/{bounce.pk}/"))
    assert "Adresse qui ne reçoit plus" in html(client.get("/gestion/"))


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_costs_as_many_queries_whatever_its_length(place, django_assert_num_queries, size):
    for number in range(size):
        posted(f"p{number}@test.invalid")
    national = signed_in(builders.staff())
    national.get(HOME)
    with django_assert_num_queries(6):
        national.get(HOME)


def test_a_letter_is_sent_again_with_a_motive(place):
    owed = posted("ana@test.invalid")
    client = signed_in(place["delegate"])
    assert client.post(f"{HOME}{owed.pk}/", {"motive": ""}).status_code == 400
    response = client.post(f"{HOME}{owed.pk}/", {"motive": "Jamais reçu"})
    assert (response.status_code, Owed.objects.count()) == (302, 2)
    assert "Jamais reçu" in html(client.get(f"{HOME}{owed.pk}/"))
    waiting = posted("ana@test.invalid", 451, "Later", State.PENDING)
    assert client.post(f"{HOME}{waiting.pk}/", {"motive": "Vite"}).status_code == 409


def test_an_address_that_fails_stands_in_the_morning_queue_until_it_is_lifted(place):
    bounce = Bounce.objects.create(address="ana@test.invalid", person=place["ana"], kind="refused", status="5.1.1")
    other = Bounce.objects.create(address="zoe@test.invalid", kind="refused")
    client = signed_in(place["delegate"])
    assert "Adresse qui ne reçoit plus" in html(client.get("/gestion/"))
    assert "ana@test.invalid" in html(client.get(f"{HOME}adresses/"))
    assert client.get(f"{HOME}adresses/{other.pk}/").status_code == 404
    assert client.post(f"{HOME}adresses/{bounce.pk}/", {"motive": ""}).status_code == 400
    assert client.post(f"{HOME}adresses/{bounce.pk}/", {"motive": "Boîte recréée"}).status_code == 302
    assert client.post(f"{HOME}adresses/{bounce.pk}/", {"motive": "Encore"}).status_code == 409
    assert "Adresse qui ne reçoit plus" not in html(client.get("/gestion/"))
    assert "Boîte recréée" in html(client.get(f"{HOME}adresses/?etat=retablies"))


WRITTEN = {"subject": "Pour {{ organisation }}", "body": "Bonjour {{ nom }}.", "kind": "news", "roles": "contributor"}


def test_from_the_text_to_the_exact_list_to_the_confirmation(place):
    client = signed_in(place["delegate"])
    builders.membership(builders.user("loin@test.invalid"), builders.organisation(name="Loin"))
    response = client.post(f"{HOME}envois/nouveau/", WRITTEN)
    mailing = Mailing.objects.get()
    assert (response.status_code, response.url) == (302, f"{HOME}envois/{mailing.public_id}/")
    page = html(client.get(response.url))
    assert list(mailing.recipients.values_list("address", flat=True)) == ["ana@test.invalid"], "the perimeter's only"
    assert "1\u00a0personne recevra" in page
    assert "Bonjour Ana." in page
    builders.membership(builders.user("bob@test.invalid"), place["atelier"])
    refused = client.post(response.url, {"motive": "Essai", "shown": mailing.digest})
    assert refused.status_code == 409
    assert "a changé depuis votre lecture" in html(refused)
    mailing.refresh_from_db()
    assert client.post(response.url, {"motive": "", "shown": mailing.digest}).status_code == 400
    assert client.post(response.url, {"motive": "Essai", "shown": mailing.digest}).status_code == 302
    assert Owed.objects.get().work == "partners.feed_mailing"
    client.post(f"{response.url}pause/")
    assert "En pause" in html(client.get(response.url))
    client.post(f"{response.url}reprendre/")
    client.post(f"{response.url}arreter/")
    assert set(MailingRecipient.objects.values_list("outcome", flat=True)) == {"cancelled"}
    assert client.post(f"{response.url}autre/").status_code == 404
    assert "Cet envoi n’est pas en cours." in html(client.post(f"{response.url}arreter/", follow=True))


def test_an_unknown_field_is_told_in_the_form_and_nothing_is_kept(place):
    response = signed_in(place["delegate"]).post(f"{HOME}envois/nouveau/", WRITTEN | {"body": "{{ nome }}"})
    assert response.status_code == 400
    assert "le champ {{ nome }} n’existe pas. Vouliez-vous {{ nom }} ?" in html(response)
    assert not Mailing.objects.exists()


def test_a_draft_of_somebody_else_is_not_there_for_a_delegate(place):
    national = builders.staff()
    signed_in(national).post(f"{HOME}envois/nouveau/", WRITTEN)
    address = f"{HOME}envois/{Mailing.objects.get().public_id}/"
    delegate = signed_in(place["delegate"])
    assert [delegate.get(address).status_code, delegate.post(f"{address}supprimer/").status_code] == [404, 404]
    assert signed_in(national).post(f"{address}supprimer/").status_code == 302
    assert not Mailing.objects.exists()


def test_a_text_is_written_anew_and_its_list_with_it(place):
    client = signed_in(place["delegate"])
    client.post(f"{HOME}envois/nouveau/", WRITTEN)
    mailing = Mailing.objects.get()
    address = f"{HOME}envois/{mailing.public_id}/texte/"
    assert "Pour {{ organisation }}" in html(client.get(address))
    assert client.post(address, WRITTEN | {"roles": "reader", "region": "53"}).status_code == 302
    mailing.refresh_from_db()
    assert (mailing.query, mailing.roles) == ("region=53", ["reader"])
    assert list(mailing.recipients.values_list("aside", flat=True)) == ["nobody"]


def test_the_link_of_a_letter_stops_its_kind_and_takes_it_back(place, client):
    path = stop_path(place["ana"], "news")
    assert "Ne plus recevoir ces courriels ?" in html(client.get(path))
    assert not MailRefusal.objects.exists(), "a look changes nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(MailRefusal.objects.values_list("person__email", "kind")) == [("ana@test.invalid", "news")]
    assert client.post(path, {"act": "again"}).status_code == 302
    assert not MailRefusal.objects.exists()
    assert client.get("/lettres/faux/arreter/").status_code == 404


def test_every_work_of_the_outbox_is_a_letter_or_known_to_be_none():
    from alliance import outbox
    from charter import tasks as of_charter  # noqa: F401
    from events import tasks as of_events  # noqa: F401

    registered = {name for name in outbox.WORKS if not name.startswith("tests.")}
    assert registered - set(LETTERS) - OTHERS == set()
    assert set(LETTERS) - registered == set()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((250, "Ok"), "accepté : 250 Ok"),
        ((554, "5.7.1 No"), "refusé par le serveur : 554 5.7.1 No"),
        ((0, "OSError"), "aucune réponse du serveur de messagerie (OSError)"),
        ((None, "", "KeyError, tasks.py:12"), "erreur avant l’envoi (KeyError, tasks.py:12)"),
        ((None, ""), ""),
    ],
)
def test_an_answer_of_the_post_in_words(told, words):
    assert said(*told) == words


def test_members_do_not_find_these_pages(place):
    member = signed_in(place["ana"])
    assert [member.get(f"{HOME}{end}").status_code for end in ("", "adresses/", "envois/", "envois/nouveau/")] == [
        404
    ] * 4
    assert Membership.objects.count() == 1
