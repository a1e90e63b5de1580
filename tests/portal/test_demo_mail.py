"""``/courriels/``: the demonstration's post, and nothing outside the demonstration."""

from email.message import EmailMessage

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings, tmp_path):
    """Put letters where the demonstration's receiver puts them."""
    settings.DEMO = True
    settings.DATA_DIR = tmp_path
    (tmp_path / "courriels").mkdir()

    def put(name: str, subject: str, body: str, *, pdf: bytes | None = None) -> None:
        message = EmailMessage()
        message["To"] = "signataire@demo.invalid"
        message["Subject"] = subject
        message["Date"] = "Thu, 12 Nov 2026 09:30:00 +0000"
        message.set_content(body)
        if pdf:
            message.add_attachment(pdf, maintype="application", subtype="pdf", filename="attestation n°1.pdf")
        (tmp_path / "courriels" / f"{name}.eml").write_bytes(message.as_bytes())

    return put


def test_json_gives_the_letters_newest_first(client, post):
    post("20261112T093000.000000Z-000001", "Votre code", "123456\n")
    post("20261112T093001.000000Z-000002", "Reçu « n° 2 »", "Merci.\n")
    assert client.get("/courriels/?format=json").json() == [
        {
            "to": "signataire@demo.invalid",
            "subject": "Reçu « n° 2 »",
            "body": "Merci.\n",
            "sent_at": "2026-11-12T09:30:00+00:00",
        },
        {
            "to": "signataire@demo.invalid",
            "subject": "Votre code",
            "body": "123456\n",
            "sent_at": "2026-11-12T09:30:00+00:00",
        },
    ]


def test_the_page_shows_letters_as_text_with_working_links(client, post):
    post("20261112T093000.000000Z-000001", "<b>Sujet</b>", "<script>x</script>\n\nVoir http://localhost:8000/espace/\n")
    text = client.get("/courriels/").content.decode()
    assert "&lt;b&gt;Sujet&lt;/b&gt;" in text
    assert "<script>x" not in text
    assert '<a href="http://localhost:8000/espace/"' in text


def test_pages_follow_one_another(client, post):
    for number in range(9):
        post(f"20261112T093000.000000Z-{number:06d}", f"Lettre {number}", "x")
    first, second = (client.get(f"/courriels/?page={page}").content.decode() for page in (1, 2))
    assert "Lettre 8" in first
    assert "Lettre 0" not in first
    assert "Lettre 0" in second


def test_an_attachment_is_read_as_it_was_sent(client, post):
    post("20261112T093000.000000Z-000001", "Reçu", "x", pdf=b"%PDF-1.7")
    response = client.get("/courriels/20261112T093000.000000Z-000001/0/")
    assert response.content == b"%PDF-1.7"
    assert response.headers["Content-Disposition"] == 'attachment; filename="attestation_n_1.pdf"'


@pytest.mark.parametrize(
    "path", ["20261112T093000.000000Z-000001/1/", "unknown/0/", "..%2fsecret/0/", "20261112T093000.000000Z-000009/0/"]
)
def test_what_was_not_sent_is_not_found(client, post, path, tmp_path):
    post("20261112T093000.000000Z-000001", "Reçu", "x", pdf=b"%PDF-1.7")
    (tmp_path / "secret.eml").write_bytes(b"Subject: x\n\ny")
    assert client.get(f"/courriels/{path}").status_code == 404


def test_without_a_letter_the_page_says_how_to_get_one(client, post):
    assert "Aucun courriel pour l’instant" in client.get("/courriels/").content.decode()


@pytest.mark.parametrize("path", ["", "?format=json", "20261112T093000.000000Z-000001/0/"])
def test_outside_the_demonstration_nothing_answers(client, post, settings, path):
    post("20261112T093000.000000Z-000001", "Reçu", "x", pdf=b"%PDF-1.7")
    settings.DEMO = False
    assert client.get(f"/courriels/{path}").status_code == 404
