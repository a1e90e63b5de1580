"""What leaves by post: rendered when sent, through real SMTP, with a fixed Message-ID and no person in an address."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance import outbox
from alliance.outbox.delivery import deliver, deliver_all_due
from alliance.outbox.models import Owed
from charter.models import Deliberation, Mandate, Signature
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


def sent(smtp_server, work: str, *args):
    """The letter that one piece of owed work sends, or None."""
    owed = outbox.owe(work, *args)
    before = len(smtp_server.messages)
    assert deliver(owed.pk)
    letters = smtp_server.messages[before:]
    assert len(letters) <= 1
    for letter in letters:
        assert letter["Message-ID"] == owed.message_id
        links = re.findall(r"https?://\S+", text_of(letter))
        assert [link for link in links if "@" in link or "camille" in link.lower()] == []
    return letters[0] if letters else None


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content()


def attachments(letter) -> list[str]:
    return [part.get_filename() for part in letter.iter_attachments()]


@pytest.fixture
def signature(case) -> Signature:
    return builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False
    )


def test_the_receipt_carries_the_attestation(case, signature, smtp_server):
    letter = sent(smtp_server, "charter.send_receipt", signature.pk)
    assert letter["To"] == "camille@test.invalid"
    assert letter["Subject"] == f"Reçu de votre signature {signature.code}"
    assert f"/verifier/{signature.code}/" in text_of(letter)
    assert "(Texte de démonstration, à remplacer.)" in text_of(letter)
    [paper] = letter.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type()) == (f"attestation-{signature.code}.pdf", "application/pdf")
    assert paper.get_content().startswith(b"%PDF-")


def test_the_countersignature_is_told_with_the_new_attestation(case, signature, smtp_server):
    Signature.objects.update(countersigned_at=timezone.now(), countersigned_by=builders.staff())
    letter = sent(smtp_server, "charter.send_countersigned", signature.pk)
    assert letter["Subject"] == "Réseau d’essai est signataire de la charte"
    assert attachments(letter) == [f"attestation-{signature.code}.pdf"]


def test_the_refusal_is_told_with_its_motive(case, signature, smtp_server):
    Signature.objects.update(refused_at=timezone.now(), motive="Pouvoir à préciser.")
    letter = sent(smtp_server, "charter.send_refused", signature.pk)
    assert letter["Subject"] == "Votre signature n’a pas été contresignée"
    assert "Pouvoir à préciser." in text_of(letter)
    assert attachments(letter) == []


def test_each_outcome_of_a_mandate_is_told_while_it_holds(case, smtp_server):
    subjects = {
        "verified": "Votre mandat est vérifié, vous pouvez signer",
        "refused": "Votre mandat n’a pas pu être vérifié",
        "contested": "Votre mandat est contesté",
    }
    for state, subject in subjects.items():
        Mandate.objects.update(state=state, motive="Pièce illisible.")
        letter = sent(smtp_server, f"charter.send_mandate_{state}", case.mandate.pk)
        assert letter["Subject"] == subject
        assert ("Pièce illisible." in text_of(letter)) is (state != "verified")
        assert "/espace/reseau-d-essai/signer/" in text_of(letter)
    assert sent(smtp_server, "charter.send_mandate_verified", case.mandate.pk) is None


def test_an_invitation_and_a_transmission_lead_to_the_page(case, smtp_server):
    act = (case.organisation.pk, case.version.pk, case.signer.pk)
    letter = sent(smtp_server, "charter.send_invitation", *act)
    assert letter["Subject"] == "La charte de l’Alliance Dynamique vous attend"
    assert "/espace/reseau-d-essai/signer/" in text_of(letter)

    preparer = builders.user(full_name="Zoé Essai")
    transmission = case.organisation.transmissions.create(version=case.version, sender=preparer, recipient=case.signer)
    letter = sent(smtp_server, "charter.send_transmission", transmission.pk)
    assert letter["Subject"] == "Réseau d’essai : la charte attend votre signature"
    assert "Zoé Essai vous transmet" in text_of(letter)

    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    assert sent(smtp_server, "charter.send_invitation", *act) is None


def test_a_deliberation_is_reminded_on_its_day_only(case, smtp_server):
    day = timezone.localdate()
    kept = Deliberation.objects.create(**case.act, announced_by=case.signer, meets_on=day)
    assert sent(smtp_server, "charter.send_deliberation_reminder", kept.pk, str(day - timedelta(days=1))) is None
    letter = sent(smtp_server, "charter.send_deliberation_reminder", kept.pk, str(day))
    assert letter["Subject"] == "Réseau d’essai : votre délibération sur la charte"
    builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    assert sent(smtp_server, "charter.send_deliberation_reminder", kept.pk, str(day)) is None


def test_the_post_being_down_the_receipt_leaves_later_with_the_same_id(case, signature, smtp_server):
    owed = outbox.owe("charter.send_receipt", signature.pk)
    smtp_server.stop()
    with pytest.raises(OSError):
        deliver(owed.pk)
    smtp_server.start()
    Owed.objects.update(due_at=timezone.now())
    assert deliver_all_due() == 1
    assert [letter["Message-ID"] for letter in smtp_server.messages] == [owed.message_id]
