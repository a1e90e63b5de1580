"""The rows and nouns of the matrices that speak of agreements."""

from django.core.files.base import ContentFile
from django.utils import timezone

from tests import builders
from tests.portal.matrix_asking import Noun

NOBODY = "00000000-0000-0000-0000-000000000000"
NO_KEY = 999_999_999


def agreement_of(lead, person, **fields) -> dict:
    """An agreement and a row of each noun that stands in its addresses."""
    agreement, now = builders.agreement(lead, **fields), timezone.now()
    version = agreement.versions.get()
    document = version.documents.create(
        content=b"%PDF-1.7", digest="0" * 64, opened_at=now, opened_by=person, outcome="signed", closed_at=now
    )
    joined = {"file": ContentFile(b"%PDF-1.7", "piece.pdf"), "mime_type": "application/pdf", "digest": "0" * 64}
    return {
        "agreement": agreement,
        "agreement_paper": document,
        "agreement_comment": version.comments.create(side="partner", author=person, text="Mot", created_at=now),
        "agreement_action": agreement.actions.create(
            dimension="confiance", title="Une visite", owner=person, due_on=timezone.localdate()
        ),
        "agreement_file": agreement.files.create(name="Pièce", size=8, uploaded_by=person, uploaded_at=now, **joined),
    }


def accord_nouns(alone, under) -> dict[str, Noun]:
    """An agreement, and what its addresses name behind it: in the back office, and under its organisation."""

    def behind(name: str, key: str, attribute: str = "public_id"):
        return lambda rows: {"public_id": rows["agreement"].public_id, key: getattr(rows[name], attribute)}

    nouns = {
        "": (lambda rows: {"public_id": rows["agreement"].public_id}, {}),
        "_act": (lambda rows: {"public_id": rows["agreement"].public_id, "name": "piece"}, {"name": "piece"}),
        "_comment": (behind("agreement_comment", "pk", "pk"), {"pk": NO_KEY}),
        "_action": (behind("agreement_action", "action_id"), {"action_id": NOBODY}),
        "_paper": (behind("agreement_paper", "document_id"), {"document_id": NOBODY}),
        "_file": (behind("agreement_file", "file_id"), {"file_id": NOBODY}),
    }
    found = {f"agreement{end}": alone(read, public_id=NOBODY, **more) for end, (read, more) in nouns.items()}
    return found | {
        f"space_agreement{end}": under(read, public_id=NOBODY, **more) for end, (read, more) in nouns.items()
    }
