"""The head of a network: its tree, bulk invitations, exports; a member's own page. Nothing private."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from charter.models import Adhesion, InvitationList, MemberInvitation, adhesion_text
from charter.views.member_rows import PUBLIC
from partners.models import Organisation
from tests import builders
from tests.charter import adhering
from tests.partners import lacking
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
HEAD = "/espace/reseau/reseau/"


@pytest.fixture
def version():
    return builders.charter_version("2020")


@pytest.fixture
def network(version):
    made = builders.organisation(kind="network", name="Réseau des essais", slug="reseau")
    builders.signature(made, version)
    return made


@pytest.fixture
def member(network):
    return builders.organisation(name="Atelier", slug="atelier", parent=network, commune=builders.commune())


@pytest.fixture
def head(network):
    made = builders.user("tete@test.invalid", full_name="Tête Essai")
    builders.membership(made, network, "administrator")
    return signed_in(made)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_tree_says_where_each_member_stands(head, network, member, version):
    regional = builders.organisation(kind="regional", name="Union bretonne", slug="union", parent=network)
    below = builders.organisation(name="Zèbre local", parent=regional)
    adhering.adhesion(member, network)
    builders.signature(below, version)
    adhering.member_invitation(network, regional)
    builders.project(lead=below, confirmed_on=timezone.localdate())
    response = head.get(HEAD)
    assert [(row.name, row.engagement, row.news, row.level) for row in response.context["page"]] == [
        ("Atelier", "adheres", "quiet", 0),
        ("Union bretonne", "invited", "quiet", 0),
        ("Zèbre local", "signed", "active", 1),
    ]
    assert response.context["counts"]["engaged"] == 2
    assert "Chaque organisation compte une seule fois" in text(response)


@pytest.mark.parametrize(
    ("query", "names"),
    [("?q=ateLIER", ["Atelier"]), ("?engagement=none", ["Atelier", "Zinc"]), ("?engagement=rien", ["Atelier", "Zinc"]),
     ("?activite=active", []), ("?q=%00", ["Atelier", "Zinc"])],
)  # fmt: skip
def test_the_tree_is_sorted_by_name_engagement_and_news(query, names, head, network, member):
    builders.organisation(name="Zinc", parent=network)
    assert [row.name for row in head.get(HEAD + query).context["page"]] == names


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tree_asks_a_constant_number_of_queries(rows, head, network, member, django_assert_num_queries):
    for _ in range(rows):
        adhering.adhesion(builders.organisation(parent=network), network)
    head.get(HEAD)
    with django_assert_num_queries(10):
        head.get(HEAD)


def test_no_private_fact_of_a_member_is_on_any_of_its_heads_pages(head, network, member):
    person = builders.user("secret@test.invalid", full_name="Personne Secrète")
    builders.membership(person, member, "administrator", job_title="Titre secret")
    builders.project(lead=member, title="Brouillon secret", slug="secret", moderation="submitted")
    lacking.need(member, title="Besoin secret")
    builders.agreement(member, title="Accord secret", state="draft")
    adhering.adhesion(member, network, person=person)
    Adhesion.objects.get()
    pages = [text(head.get(HEAD)), b"".join(head.get(f"{HEAD}membres.csv").streaming_content).decode()]
    pages.append(text(head.get(f"{HEAD}invitations/")))
    assert [word for page in pages for word in ("secret", "Secrète", "Camille") if word.lower() in page.lower()] == []


def test_control_the_fields_of_a_member_are_those_of_the_directory():
    assert set(PUBLIC) <= {
        "name", "slug", "kind", "siren", "parent__name", "commune__name", "department__name", "region__name",
    }  # fmt: skip


def test_the_export_is_the_tree_as_filtered(head, network, member):
    builders.organisation(name="=Zinc()", parent=network)
    lines = b"".join(head.get(f"{HEAD}membres.csv?q=zinc").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"nom"') or lines[0].startswith("nom")
    assert len(lines) == 2
    assert "'=Zinc()" in lines[1]
    book = load_workbook(io.BytesIO(b"".join(head.get(f"{HEAD}membres.xlsx").streaming_content)))
    assert [row[0] for row in book.active.iter_rows(values_only=True)] == ["nom", "'=Zinc()", "Atelier"]


def test_hidden_organisations_are_not_shown_to_a_head(head, network):
    builders.organisation(name="Cachée", parent=network, is_public=False)
    assert list(head.get(HEAD).context["page"]) == []


def prepared(head, pasted: str):
    response = head.post(f"{HEAD}invitations/", {"pasted": pasted})
    assert response.status_code == 302, response.context["form"].errors
    return InvitationList.objects.latest("pk"), response["Location"]


def test_each_line_is_shown_before_anything_leaves(head, network, member, version):
    signed = builders.organisation(name="Déjà signataire", parent=network, siren="000000018")
    builders.signature(signed, version)
    stranger = builders.organisation(name="Étrangère", siren="000000026")
    pasted = "\n".join(
        (
            "Nom;SIREN;Courriel",
            "Atelier;;ana@test.invalid",
            "Nouvelle, SARL\t\tbo@test.invalid",
            "Sans adresse;;",
            "Fausse;123456789;c@test.invalid",
            "Mauvaise;;pas-une-adresse@",
            f"{signed.name};000 000 018;d@test.invalid",
            "atelier;;encore@test.invalid",
            f"x;{stranger.siren};e@test.invalid",
            "Réseau;;",
        )
    )
    made, location = prepared(head, pasted)
    assert [(row.line, row.name, row.email, row.organisation) for row in made.invitations.all()] == [
        (2, "Atelier", "ana@test.invalid", member),
        (3, "Nouvelle, SARL", "bo@test.invalid", None),
    ]
    assert {problem["line"]: problem["sentence"] for problem in made.problems} == {
        4: "Il manque l’adresse électronique de la personne à qui écrire.",
        5: "Le SIREN 123456789 n’existe pas : sa clé de contrôle est fausse.",
        6: "« pas-une-adresse@ » n’est pas une adresse électronique.",
        7: "Cette organisation a signé la charte elle-même : elle compte déjà.",
        8: "La même organisation est à la ligne 2.",
        9: "Elle n’est pas rattachée à votre réseau : demandez son rattachement à La Poste.",
        10: "Il manque l’adresse électronique de la personne à qui écrire.",
    }
    page = text(head.get(location))
    assert "ana@test.invalid" in page
    assert "bo@test.invalid" in page
    assert MemberInvitation.objects.sent().count() == 0


def test_a_file_is_read_like_what_is_pasted(head, network, member):
    upload = SimpleUploadedFile("liste.csv", "nom;courriel\nAtelier;ana@test.invalid\n".encode("cp1252"))
    response = head.post(f"{HEAD}invitations/", {"upload": upload})
    assert response.status_code == 302
    assert [row.organisation for row in MemberInvitation.objects.all()] == [member]


@pytest.mark.parametrize("typed", [{}, {"pasted": "\n"}, {"pasted": "nom;siren"}, {"pasted": "x" * 400_001}])
def test_nothing_readable_is_refused_at_its_field(typed, head, network):
    response = head.post(f"{HEAD}invitations/", typed)
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["pasted"]


def test_sending_writes_to_each_once(head, network, member):
    _, location = prepared(head, "Atelier;ana@test.invalid\nAutre;bo@test.invalid")
    assert head.post(location).status_code == 302
    assert MemberInvitation.objects.waiting(timezone.now()).count() == 2
    again = head.post(location)
    assert again.status_code == 409
    assert "déjà parties" in text(again)
    made, _ = prepared(head, "Atelier;ana@test.invalid")
    assert made.problems[0]["sentence"].startswith("Elle est déjà invitée, jusqu’au ")


def test_an_old_list_and_an_empty_one_are_not_sent(head, network, member):
    _, location = prepared(head, "Atelier;ana@test.invalid")
    InvitationList.objects.update(prepared_at=timezone.now() - timedelta(hours=25))
    assert "plus d’un jour" in text(head.post(location))
    _, location = prepared(head, "Atelier;ana@test.invalid")
    adhering.adhesion(member, network)
    assert "personne à inviter" in text(head.post(location))


def test_an_invitation_is_taken_back_once(head, network, member):
    invitation = adhering.member_invitation(network, member)
    path = f"{HEAD}invitations/{invitation.public_id}/reprendre/"
    assert head.post(path).status_code == 302
    assert head.post(path).status_code == 409
    assert signed_in(builders.user()).get(f"/adhesion/{invitation.token}/").context["state"] == "revoked"


def test_a_network_that_has_not_signed_invites_nobody(version):
    network = builders.organisation(kind="network", slug="muet")
    person = builders.user()
    builders.membership(person, network, "signatory")
    response = signed_in(person).post("/espace/muet/reseau/invitations/", {"pasted": "Atelier;a@test.invalid"})
    assert response.status_code == 409


def test_a_link_shows_then_records(client, network, member, version):
    invitation = adhering.member_invitation(network, member)
    path = f"/adhesion/{invitation.token}/"
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert Adhesion.objects.count() == 0
    wrong = client.post(path, {"act": "adhere", "name": ""})
    assert (wrong.status_code, sorted(wrong.context["form"].errors)) == (400, ["consent", "name"])
    consent = adhesion_text(member.name, network.name, version)
    assert client.post(path, {"act": "adhere", "name": "Bo", "consent": consent}).status_code == 302
    adhesion = Adhesion.objects.get()
    assert "C’est noté" in text(client.get(path))
    leaving = f"/adhesion/{adhesion.token}/retirer/"
    assert client.get(leaving).status_code == 200
    assert Adhesion.objects.live().count() == 1
    assert client.post(leaving).status_code == 302
    assert Adhesion.objects.live().count() == 0
    assert client.post(leaving).status_code == 409
    assert client.cookies == {}


@pytest.mark.parametrize("path", ["/adhesion/x/", "/adhesion/x.y/", "/adhesion/x/retirer/"])
def test_another_link_is_one_and_the_same_page(path, client):
    response = client.get(path)
    assert response.status_code == 404
    assert "Ce lien ne sert plus" in text(response)


def test_a_link_declines(client, network, member):
    invitation = adhering.member_invitation(network, member)
    assert client.post(f"/adhesion/{invitation.token}/", {"act": "decline"}).status_code == 302
    invitation.refresh_from_db()
    assert invitation.answer == "declined"


def test_a_member_adheres_and_leaves_in_its_space(network, member, version):
    person = builders.user()
    builders.membership(person, member, "signatory")
    client, path = signed_in(person), "/espace/atelier/reseau/reseau/"
    assert "Lire la charte et adhérer" in text(client.get("/espace/atelier/reseau/"))
    assert client.post(path, {"act": "adhere"}).status_code == 400
    consent = adhesion_text(member.name, network.name, version)
    assert client.post(path, {"act": "adhere", "consent": consent}).status_code == 302
    assert client.post(path, {"act": "adhere", "consent": consent}).status_code == 409
    assert client.post(path, {"act": "withdraw"}).status_code == 302
    assert client.post(path, {"act": "withdraw"}).status_code == 409


def test_the_public_page_says_it_apart_from_signatures(client, network, member, version):
    adhering.adhesion(member, network)
    page = text(client.get("/annuaire/atelier/"))
    assert "Adhère sous son réseau" in page
    assert "signataire depuis" not in page
    assert "1 organisation adhère en outre" in text(client.get("/charte/signataires/"))


def test_agents_see_the_same_and_those_to_publish(network, member):
    adhering.adhesion(member, network)
    adhering.adhesion(builders.organisation(name="À publier", parent=network, is_public=False), network)
    agent = signed_in(builders.staff())
    response = agent.get("/gestion/partenaires/reseau/reseau/")
    assert [row.name for row in response.context["page"]] == ["Atelier"]
    assert [adhesion.organisation.name for adhesion in response.context["hidden"]] == ["À publier"]
    assert Organisation.objects.get(name="À publier").is_public is False
