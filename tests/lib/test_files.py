"""Uploads: judged by their bytes."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from alliance.lib import files


def upload(content: bytes, name: str = "x.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def picture(kind: str = "JPEG", size=(40, 20), **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "#c33").save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"%PDF-1.7\n", "pdf"), (picture("PNG"), "png"), (picture("JPEG"), "jpeg"), (picture("WEBP"), "webp")],
)
def test_the_kind_is_read_from_the_first_bytes(content, kind):
    assert files.check_upload(upload(content, "whatever.exe"), kinds=("pdf", *files.IMAGES)) == kind


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        (b"", "empty", "Le fichier est vide."),
        (b"%PDF-" + b"x" * 2_000_000, "too_large", "Le fichier est trop lourd : 1,5 Mo au plus."),
        (b"<html>", "kind", "Ce fichier n’est pas du bon format : PDF ou PNG attendu."),
        (b"RIFF....WAVE....", "kind", "Ce fichier n’est pas du bon format : PDF ou PNG attendu."),
    ],
)
def test_each_refusal_has_its_sentence(content, code, sentence):
    with pytest.raises(ValidationError) as refused:
        files.check_upload(upload(content, "honest.pdf"), kinds=("pdf", "png"), max_bytes=1_500_000)
    assert (refused.value.code, refused.value.message) == (code, sentence)


def test_a_checked_file_can_be_read_from_its_beginning():
    given = upload(b"%PDF-1.7 and more")
    files.check_upload(given, kinds=("pdf",))
    assert given.read() == b"%PDF-1.7 and more"


def test_a_picture_loses_what_the_camera_noted_and_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Ada"
    cleaned = files.clean_image(upload(picture(exif=exif)))
    image = Image.open(io.BytesIO(cleaned))
    assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (20, 40), {})
    assert b"Ada" not in cleaned


def test_a_large_picture_is_made_smaller():
    cleaned = files.clean_image(upload(picture(size=(400, 100))), max_side=100)
    assert Image.open(io.BytesIO(cleaned)).size == (100, 25)


def test_a_picture_that_is_cut_or_false_is_refused():
    for content in (picture("PNG")[:60], b"\xff\xd8\xff" + b"x" * 50):
        with pytest.raises(ValidationError) as refused:
            files.clean_image(upload(content))
        assert refused.value.code == "unreadable"


def test_a_picture_that_would_fill_the_memory_is_refused():
    bomb = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    with pytest.raises(ValidationError) as refused:
        files.clean_image(upload(bomb.getvalue()))
    assert refused.value.code in ("too_many_pixels", "unreadable")
