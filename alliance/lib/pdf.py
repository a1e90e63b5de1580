"""Papers: a Typst template and data in, one accessible and archivable PDF out (PDF/UA-1 and PDF/A-3a)."""

import io
import json
import unicodedata
from datetime import UTC, datetime
from functools import cache, lru_cache

import segno
import typst
from django.conf import settings

STANDARDS = ["ua-1", "a-3a"]
TEMPLATES = settings.BASE_DIR / "templates"
UNDRAWN = "□"
PROBE = b'#set document(title: "x")\n#set text(lang: "fr")\n#json(bytes(sys.inputs.data))'


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the wheel alone: the same paper on every machine."""
    return typst.Fonts(include_system_fonts=False)


def compile_pdf(source: str, data: dict, *, at: datetime) -> bytes:
    """Compile ``source``, which reads ``data`` with ``#let data = json(bytes(sys.inputs.data))``.

    ``data`` is JSON-safe and can never be taken for markup. The same arguments give the same bytes; ``at`` is the date
    that the file bears. The source must set a document title and its language, or PDF/UA refuses it. What people
    typed and no font of ours draws (an emoji, a Chinese name) is printed « □ »: one name holds up no sheet of badges.
    """
    try:
        return _compiled(source.encode(), data, at)
    except typst.TypstError:
        undrawn = {ord(sign): UNDRAWN for sign in _strange(data) if not _is_drawn(sign)}
        if not undrawn:
            raise
    return _compiled(source.encode(), _written(data, undrawn), at)


def _compiled(source: bytes, data, at: datetime) -> bytes:
    return typst.compile(
        source,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=at,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


def _strange(data) -> set[str]:
    """Signs of the data beyond the letters of Europe, which are all drawn; controls among them."""
    if isinstance(data, dict | list | tuple):
        return set().union(*map(_strange, data.values() if isinstance(data, dict) else data))
    signs = set(data) if isinstance(data, str) else set()
    return {sign for sign in signs if sign > "\u024f" or unicodedata.category(sign) == "Cc"}


def _written(data, undrawn: dict[int, str]):
    if isinstance(data, dict):
        return {key: _written(value, undrawn) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_written(value, undrawn) for value in data]
    return data.translate(undrawn) if isinstance(data, str) else data


@lru_cache(maxsize=4096)
def _is_drawn(sign: str) -> bool:
    """Four milliseconds, for a paper that was refused only."""
    try:
        _compiled(PROBE, sign, datetime(2000, 1, 1, tzinfo=UTC))
    except typst.TypstError:
        return False
    return True


def render(template: str, data: dict, *, at: datetime) -> bytes:
    """The paper of a template under ``templates/``, for example ``pdf/charter/attestation.typ``."""
    return compile_pdf((TEMPLATES / template).read_text(encoding="utf-8"), data, at=at)


def qr_svg(text: str) -> str:
    """A QR code for ``image(bytes(data.qr), alt: …)`` of Typst, or for a page."""
    target = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(target, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False, nl=False)
    return target.getvalue().decode()
