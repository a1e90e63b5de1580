"""Sets of lead organisations that have bits of their own, beside the tree's: what belongs to the charter."""

from datetime import date

from charter.models import CharterVersion
from charter.models.signature import signatory_filter
from partners.filters.references import SIGNATORY
from partners.models import Organisation


def by_signatory(today: date) -> dict[str, dict[str, set[int]]]:
    """``signatory`` → state of the signature → keys of organisations."""
    version = CharterVersion.objects.in_force(today)
    return {
        "signatory": {
            state: set(Organisation.objects.filter(signatory_filter(state, version)).values_list("pk", flat=True))
            for state in SIGNATORY
        }
    }
