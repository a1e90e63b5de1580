"""Photos of a project: cleaned of what the camera noted, hidden until accepted, taken away at once."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from alliance.lib.errors import Conflict
from partners.actions.moderation import accept_change, return_change
from partners.actions.photos import add_photo, drop_photo
from partners.actions.proposals import withdraw_change
from partners.models import ProjectPhoto, ProposedChange
from partners.tasks import erase_photo
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/espace/atelier/projets/halle/photos/"


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead():
    return builders.organisation(slug="atelier", commune=builders.commune())


@pytest.fixture
def person(lead):
    person = builders.user()
    builders.membership(person, lead, "contributor")
    return person


@pytest.fixture
def project(lead):
    return builders.project(title="Halle", slug="halle", lead=lead, commune=lead.commune)


def jpeg(size=(1800, 900)) -> SimpleUploadedFile:
    """A photo as a telephone writes it: place, owner, and turned by a quarter."""
    exif, target = Image.Exif(), io.BytesIO()
    exif[0x0112], exif[0x010F], exif[0x013B] = 6, "Camera of Ada", "Ada Lovelace"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 23.0, 25.0), 3: "W", 4: (4.0, 29.0, 9.0)})
    Image.new("RGB", size, "#c33").save(target, "JPEG", exif=exif)
    assert b"Ada" in target.getvalue()
    return SimpleUploadedFile("IMG_2024_Ada.jpg", target.getvalue(), content_type="image/jpeg")


def added(project, person, **fields) -> ProjectPhoto:
    fields = {"upload": jpeg(), "alt": "La halle", "credit": "Atelier"} | fields
    return add_photo(project=project, by=person, **fields)


def address(photo, width=400) -> str:
    return f"/projets/halle/photos/{photo.public_id}/{width}.webp"


def test_no_width_keeps_what_the_camera_noted(project, person):
    photo = added(project, person)
    assert (photo.widths, photo.width, photo.height) == ([900, 800, 400], 900, 1800)
    for width in photo.widths:
        with default_storage.open(photo.path(width)) as file:
            content = file.read()
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (width, 2 * width), {})
        assert b"Ada" not in content
        assert b"Exif" not in content


BOMB = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00\x00\x00\x00\x00"


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xd8\xff" + b"x" * 50, BOMB, b"GIF89a" + b"x" * 40])
def test_what_is_no_picture_is_refused_and_keeps_nothing(project, person, content):
    with pytest.raises(ValidationError):
        added(project, person, upload=SimpleUploadedFile("photo.jpg", content))
    assert not ProjectPhoto.objects.exists()


def test_a_photo_of_a_published_project_waits_and_is_seen_by_its_people_alone(project, person):
    photo = added(project, person)
    assert ProposedChange.objects.get().values == {"photos": {"before": [], "after": [str(photo.public_id)]}}
    assert Client().get(address(photo)).status_code == 404
    assert signed_in(builders.user()).get(address(photo)).status_code == 404
    own = signed_in(person).get(address(photo))
    assert (own.status_code, own.headers["Cache-Control"]) == (200, "private, no-store")
    assert b"".join(own.streaming_content).startswith(b"RIFF")
    accept_change(change=ProposedChange.objects.get(), by=builders.staff())
    answer = Client().get(address(photo))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert b"".join(answer.streaming_content).startswith(b"RIFF")
    assert Client().get(address(photo, 500)).status_code == 404
    assert [each.pk for each in Client().get("/projets/halle/").context["photos"]] == [photo.pk]


def test_a_photo_taken_away_leaves_at_once_with_its_files(project, person):
    photo = added(project, person)
    accept_change(change=ProposedChange.objects.get(), by=builders.staff())
    drop_photo(photo=photo, by=person)
    assert Client().get(address(photo)).status_code == 404
    paths = [photo.path(width) for width in photo.widths]
    erase_photo(paths, owed=None)
    assert [default_storage.exists(path) for path in paths] == [False, False, False]


def test_giving_the_change_up_forgets_its_photos(project, person):
    added(project, person)
    withdraw_change(change=ProposedChange.objects.get(), by=person)
    assert not ProjectPhoto.objects.exists()


def test_four_photos_at_most_and_none_beside_what_came_back(project, person):
    for _ in range(4):
        added(project, person, upload=jpeg((40, 20)))
    with pytest.raises(Conflict) as refusal:
        added(project, person)
    assert refusal.value.code == "too_many_photos"
    ProjectPhoto.objects.first().delete()
    return_change(change=ProposedChange.objects.get(), by=builders.staff(), motive="Floues.")
    with pytest.raises(Conflict) as refusal:
        added(project, person)
    assert refusal.value.code == "returned_first"


def test_only_who_writes_for_the_organisation_adds_and_takes_away(project, person):
    with pytest.raises(PermissionDenied):
        added(project, builders.user())
    with pytest.raises(PermissionDenied):
        drop_photo(photo=added(project, person), by=builders.user())


def test_the_page_asks_for_words_and_a_credit(project, person):
    client = signed_in(person)
    refused = client.post(PAGE, {"photo": jpeg(), "alt": " "})
    assert (refused.status_code, sorted(refused.context["form"].errors)) == (400, ["alt", "credit"])
    assert client.post(PAGE, {"photo": jpeg(), "alt": "La halle", "credit": "Atelier"}).status_code == 302
    photo = ProjectPhoto.objects.get()
    assert client.post(f"{PAGE}{photo.public_id}/retirer/").status_code == 302
    assert not ProjectPhoto.objects.exists()
    assert signed_in(builders.user()).get(PAGE).status_code == 404
