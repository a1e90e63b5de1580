"""Papers: accessible, archivable, the same bytes for the same facts."""

from datetime import UTC, datetime

import pytest
import typst

from alliance.lib.pdf import compile_pdf, qr_svg

AT = datetime(2026, 11, 12, tzinfo=UTC)
SOURCE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(lang: "fr")
= #data.title
#data.name
#image(bytes(data.qr), alt: "QR", width: 2cm)
"""
DATA = {"title": "Attestation", "name": "L’Œuvre « é » #panic() $x$ \\", "qr": qr_svg("https://portail.example.fr/v/1")}


def test_a_paper_is_a_tagged_pdf_of_both_standards_in_french():
    paper = compile_pdf(SOURCE, DATA, at=AT)
    assert paper.startswith(b"%PDF-1.7")
    for mark in (b"pdfuaid:part>1<", b"pdfaid:part>3<", b"/Lang(fr", b"/MarkInfo", b"2026-11-12"):
        assert mark in paper, mark


def test_the_same_facts_give_the_same_bytes():
    assert compile_pdf(SOURCE, DATA, at=AT) == compile_pdf(SOURCE, DATA, at=AT)


def test_a_paper_without_a_title_is_refused():
    with pytest.raises(typst.TypstError):
        compile_pdf("Bonjour", {}, at=AT)


def test_data_is_never_markup():
    with pytest.raises(typst.TypstError):  # control: as source, the same words are code
        compile_pdf(SOURCE + "#panic()", DATA, at=AT)
    assert compile_pdf(SOURCE, DATA | {"name": "#panic()"}, at=AT).startswith(b"%PDF")


@pytest.mark.parametrize(
    "name",
    ["山田太郎", "Zoé 🙂", "👩\u200d💻", "🇫🇷", "⚽\ufe0f", "\ue000", "a\x80\x01b"],
    ids=lambda name: ascii(name)[1:-1],
)
def test_a_name_that_no_font_draws_does_not_hold_up_the_paper(name):
    assert compile_pdf(SOURCE, DATA | {"name": name}, at=AT).startswith(b"%PDF")


def test_what_no_font_draws_is_a_square_and_the_rest_stays():
    paper = compile_pdf(SOURCE, DATA | {"name": "Łucja Иван 山 🙂"}, at=AT)
    assert paper == compile_pdf(SOURCE, DATA | {"name": "Łucja Иван □ □"}, at=AT)


def test_a_source_that_is_wrong_stays_refused_whatever_the_names():
    with pytest.raises(typst.TypstError, match="panicked"):
        compile_pdf(SOURCE + "#panic()", DATA | {"name": "山"}, at=AT)
