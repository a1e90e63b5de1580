"""The dossier de preuve: who may read it, what reading leaves, what the paper says."""

import json
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader

from alliance.lib import pdf as paper
from alliance.proof import seal
from alliance.proof.models import JournalEntry
from charter import dossier, evidence
from charter.actions import countersign, record_signature
from charter.models import EvidenceEvent
from tests import builders
from tests.charter.signing import html_of
from tests.sessions import signed_in

FORBIDDEN = ("présumée fiable", "qualifiée", "avancée")


@pytest.fixture
def signature(case):
    case.organisation.commune = builders.commune()
    case.organisation.save()
    signed = record_signature(
        **case.act, signer=case.signer, mandate=case.mandate, proof_level="code", at=timezone.now()
    )
    return countersign(signature=signed, by=builders.staff(full_name="Agnès Postel"))


def member(case, role: str) -> Client:
    person = builders.user(full_name=f"Zoé {role}")
    builders.membership(person, case.organisation, role)
    return signed_in(person)


def pages(signature) -> list[str]:
    return [
        f"/espace/preuves/{signature.code}.pdf",
        f"/espace/{signature.organisation.slug}/signatures/{signature.code}/preuve/",
    ]


def test_signatory_administrator_and_agents_of_the_perimeter_read_it(case, signature, signer):
    clients = [signer, member(case, "administrator"), signed_in(builders.staff())]
    clients.append(signed_in(builders.staff(regions=[builders.region()])))
    for client in clients:
        assert [client.get(path).status_code for path in pages(signature)] == [200, 200]
    response = signer.get(pages(signature)[0])
    name = f'attachment; filename="dossier-de-preuve-{signature.code}.pdf"'
    assert response.headers["Content-Disposition"] == name
    assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == (
        "application/pdf",
        "private, no-store",
    )


def test_anybody_else_finds_nothing_and_leaves_nothing(case, signature):
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    clients = [member(case, "contributor"), member(case, "reader"), signed_in(builders.user()), signed_in(elsewhere)]
    for client in clients:
        assert [client.get(path).status_code for path in pages(signature)] == [404, 404]
    for path in pages(signature):
        assert Client().get(path).headers["Location"].startswith("/connexion/")
    wrong = signed_in(case.signer).get(f"/espace/autre/signatures/{signature.code}/preuve/")
    assert wrong.status_code == 404
    assert not EvidenceEvent.objects.filter(kind="evidence_read").exists()


def test_each_reading_is_an_event_and_a_leaf_and_head_is_none(case, signature, signer):
    file, page = pages(signature)
    signer.head(file)
    signer.get(page)
    assert not EvidenceEvent.objects.filter(kind="evidence_read").exists()
    agent = builders.staff(full_name="Paul Postel")
    signer.get(file)
    signed_in(agent).get(file)
    reads = list(EvidenceEvent.objects.filter(kind="evidence_read").order_by("position"))
    assert [(read.name, read.details) for read in reads] == [
        ("Camille Essai", {"door": "paper", "side": "organisation"}),
        ("Paul Postel", {"door": "paper", "side": "la_poste"}),
    ]
    leaves = [json.loads(entry.leaf) for entry in JournalEntry.objects.filter(kind="evidence_read")]
    assert [leaf["facts"]["evidence_digest"] for leaf in leaves] == [read.after for read in reads]
    assert [sorted(leaf["commitments"]) for leaf in leaves] == [["reader_email", "reader_name"]] * 2
    assert "Paul" not in JournalEntry.objects.filter(kind="evidence_read").last().leaf


def test_the_signatory_sees_who_read(signature, signer):
    file, page = pages(signature)
    assert "Personne n’a lu ce dossier" in html_of(signer.get(page))
    signed_in(builders.staff(full_name="Paul Postel")).get(file)
    html = html_of(signer.get(page))
    assert "1\u00a0lecture" in html
    assert '<td data-label="Qui">Paul Postel</td>' in html
    assert '<td data-label="Pour">La Poste</td>' in html


def test_an_agent_reads_the_page_without_the_navigation_of_the_partner(case, signature, signer):
    path, nav = pages(signature)[1], f'href="/espace/{case.organisation.slug}/equipe/"'
    assert nav in html_of(signer.get(path))
    html = html_of(signed_in(builders.staff()).get(path))
    assert nav not in html
    assert f'href="/gestion/charter/signature/{signature.pk}/change/"' in html


def test_a_signature_of_before_the_evidence_says_so(case, signer):
    old = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    response = signer.get(f"/espace/preuves/{old.code}.pdf")
    assert (response.status_code, "n’a pas d’événements de preuve" in html_of(response)) == (409, True)
    assert not EvidenceEvent.objects.exists()


def test_the_page_of_signatures_leads_to_the_dossier_those_who_may_read_it(case, signature, signer):
    signer.get(pages(signature)[0])
    path, link = f"/espace/{case.organisation.slug}/signatures/", pages(signature)[1]
    assert link in html_of(signer.get(path))
    html = html_of(member(case, "contributor").get(path))
    assert [word for word in (link, "Qui a lu le dossier") if word in html] == []


def attached(content: bytes) -> bytes:
    """The only file attached to the PDF."""
    names = PdfFileReader(BytesIO(content)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert (len(names), str(names[0])) == (2, "evidence.json")
    return names[1].get_object()["/EF"]["/F"].data


def test_the_back_office_leads_an_agent_to_the_dossier(signature):
    html = html_of(signed_in(builders.staff()).get(f"/gestion/charter/signature/{signature.pk}/change/"))
    for path in pages(signature):
        assert f'href="{path}"' in html


def test_the_paper_tells_every_event_in_prose_with_its_digests(signature):
    document = evidence.document(signature)
    told = dossier.facts(signature, document)
    assert [(event["words"], event["before"], event["after"]) for event in told["events"]] == [
        (event["words"], event["before"], event["after"]) for event in document["events"]
    ]
    words = [event["words"] for event in told["events"]]
    assert words[1].startswith("Camille Essai signe la version 2020, en vertu du mandat")
    assert "Agnès Postel contresigne pour La Poste." in words
    assert told["events"][1]["at"].endswith("heure de Paris (UTC+01:00)")
    assert [event["own"] for event in told["events"]] == [False, True, False, False, False]
    assert (told["verified_by"], told["consent_digest"]) == ("Camille Essai", document["consent"]["digest"])


def test_it_never_says_more_than_a_simple_signature(signature):
    source = (paper.TEMPLATES / dossier.TEMPLATE).read_text("utf-8")
    told = json.dumps(dossier.facts(signature, evidence.document(signature)), ensure_ascii=False) + source
    assert [word for word in FORBIDDEN if word in told.lower()] == []
    assert "Signature électronique simple" in told


def test_the_same_document_is_attached_byte_for_byte(signature, sealing):
    assert attached(dossier.dossier(signature)) == evidence.canonical(signature)


def test_without_a_key_its_seal_is_awaited_and_with_one_it_is_sealed(signature):
    assert "/ByteRange" not in dossier.dossier(signature).decode("latin-1")
    told = dossier.facts(signature, evidence.document(signature))
    assert (told["seal_name"], told["seal_words"]) == ("", "Scellement en attente.")


def test_with_a_key_the_paper_is_sealed_whole(signature, sealing):
    found = seal.examine(dossier.dossier(signature))
    assert (found.fingerprint, found.stamped_at) == (seal.load(timezone.now()).fingerprint, None)


def test_the_file_is_tagged_archivable_titled_and_in_french(signature):
    content = dossier.dossier(signature)
    for mark in (b"/MarkInfo", b"/Lang(fr-FR)", b"/DisplayDocTitle true", b"pdfuaid:part", b"pdfaid:conformance"):
        assert mark in content.replace(b"/Lang (", b"/Lang(")
    assert f"Dossier de preuve de la signature {signature.code}".encode() in content
