"""Papers: a Typst template and data in, one accessible and archivable PDF out (PDF/UA-1 and PDF/A-3a)."""

import io
import json
from datetime import datetime
from functools import cache

import segno
import typst
from django.conf import settings

STANDARDS = ["ua-1", "a-3a"]
TEMPLATES = settings.BASE_DIR / "templates"


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the wheel alone: the same paper on every machine."""
    return typst.Fonts(include_system_fonts=False)


def compile_pdf(source: str, data: dict, *, at: datetime) -> bytes:
    """Compile ``source``, which reads ``data`` with ``#let data = json(bytes(sys.inputs.data))``.

    ``data`` is JSON-safe and can never be taken for markup. The same arguments give the same bytes; ``at`` is the date
    that the file bears. The source must set a document title and its language, or PDF/UA refuses it.
    """
    return typst.compile(
        source.encode(),
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=at,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


def render(template: str, data: dict, *, at: datetime) -> bytes:
    """The paper of a template under ``templates/``, for example ``pdf/charter/attestation.typ``."""
    return compile_pdf((TEMPLATES / template).read_text(encoding="utf-8"), data, at=at)


def qr_svg(text: str) -> str:
    """A QR code for ``image(bytes(data.qr), alt: …)`` of Typst, or for a page."""
    target = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(target, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False, nl=False)
    return target.getvalue().decode()
