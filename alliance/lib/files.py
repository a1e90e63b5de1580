"""What people upload, checked by its bytes: neither the name nor the announced type proves anything."""

import io
import warnings

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from alliance.lib.french import enumeration

MEGABYTE = 1_000_000
MAX_PIXELS = 40_000_000
MAGIC = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "webp": b"RIFF"}
NAMES = {"pdf": "PDF", "png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
MIME_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
IMAGES = ("png", "jpeg", "webp")


def kind_of(head: bytes) -> str:
    """The kind that the first bytes of a file (16 or more) announce, or the empty string."""
    for kind, magic in MAGIC.items():
        if head.startswith(magic) and (kind != "webp" or head[8:12] == b"WEBP"):
            return kind
    return ""


def check_upload(upload: UploadedFile, *, kinds: tuple[str, ...], max_bytes: int = 10 * MEGABYTE) -> str:
    """Return the kind of the file; raise ValidationError (codes "empty", "too_large", "kind") otherwise."""
    if not upload.size:
        raise ValidationError("Le fichier est vide.", code="empty")
    if upload.size > max_bytes:
        size = f"{max_bytes / MEGABYTE:g}".replace(".", ",")
        raise ValidationError(f"Le fichier est trop lourd : {size} Mo au plus.", code="too_large")
    upload.seek(0)
    kind = kind_of(upload.read(16))
    upload.seek(0)
    if kind not in kinds:
        wanted = enumeration((NAMES[each] for each in kinds), last="ou")
        raise ValidationError(f"Ce fichier n’est pas du bon format : {wanted} attendu.", code="kind")
    return kind


def clean_image(upload: UploadedFile, *, max_side: int = 1600, max_bytes: int = 10 * MEGABYTE) -> bytes:
    """The picture as WebP, upright, ``max_side`` pixels at most, without what the camera noted about place and owner.

    Raises ValidationError as ``check_upload``, and with code "unreadable" or "too_many_pixels".
    """
    return as_webp(_upright(upload, (max_side, max_side), max_bytes))


def clean_widths(
    upload: UploadedFile, widths: tuple[int, ...], *, max_bytes: int = 10 * MEGABYTE
) -> list[tuple[int, int, bytes]]:
    """(width, height, WebP) of the picture at each of these widths, the largest first; never larger than it came.

    Cleaned and refused as ``clean_image`` does; a very tall one is bounded by twice the largest width.
    """
    widest = max(widths)
    image = _upright(upload, (widest, 2 * widest), max_bytes)
    found = []
    for width in sorted({min(width, image.width) for width in widths}, reverse=True):
        copy = image.copy()
        copy.thumbnail((width, image.height))
        found.append((copy.width, copy.height, as_webp(copy, quality=70)))
    return found


def as_webp(image: Image.Image, quality: int = 82) -> bytes:
    target = io.BytesIO()
    image.convert("RGBA" if image.has_transparency_data else "RGB").save(target, "WEBP", quality=quality)
    return target.getvalue()


def _upright(upload: UploadedFile, box: tuple[int, int], max_bytes: int) -> Image.Image:
    check_upload(upload, kinds=IMAGES, max_bytes=max_bytes)
    try:
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            image = Image.open(upload, formats=[kind.upper() for kind in IMAGES])
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError("L’image a trop de points : 40 millions au plus.", code="too_many_pixels")
            image.draft("RGB", (2 * box[0], 2 * box[1]))  # a JPEG is read at a fraction of its size: less memory
            image = ImageOps.exif_transpose(image)
            image.thumbnail(box)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError("L’image est illisible.", code="unreadable") from error
    return image
