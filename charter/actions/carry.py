"""Standing signatures carried over to editorial versions, each with its leaf. Substantive versions carry nothing.

Both doors (a version published, a signature countersigned) look after their own leaf has locked the journal's head: of
two that happen at once, the second sees the first, and no signature is forgotten.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from alliance import outbox
from alliance.proof import journal
from charter.models import CarriedOver, CharterVersion, Signature
from charter.models.evidence import Fact, Kind, note_all

EDITORIAL = CharterVersion.Kind.EDITORIAL


def carry_all_over(version: CharterVersion, at: datetime) -> int:
    """To a version just published, when it is editorial: what stands on the one before it. How many."""
    before = CharterVersion.objects.before(version)
    if version.kind != EDITORIAL or before is None:
        return 0
    carried = _carry(Signature.objects.current(before).order_by("pk"), version, at)
    if carried:
        outbox.owe("charter.note_carried_over", version.pk)  # chains are locked before the journal, never after
    return carried


def carry_over(signature: Signature, at: datetime) -> int:
    """A signature just countersigned, its chain held: to the editorial versions since, up to a substantive one."""
    later = CharterVersion.objects.published().filter(effective_on__gt=signature.version.effective_on)
    followers = takewhile(lambda each: each.kind == EDITORIAL, later.order_by("effective_on", "pk"))
    carried = [version for version in followers if _carry([signature], version, at)]
    facts = [Fact(Kind.CARRIED_OVER, None, signature, at, details={"to": version.label}) for version in carried]
    note_all(organisation=signature.organisation, version=signature.version, facts=facts)
    return len(carried)


def _carry(signatures: Iterable[Signature], version: CharterVersion, at: datetime) -> int:
    rows = CarriedOver.objects.bulk_create(
        CarriedOver(signature=signature, version=version, carried_at=at) for signature in signatures
    )
    for row in rows:
        journal.append(
            kind="carried_over",
            subject=row.signature.code,
            facts={"version": version.label, "digest": version.digest, "carried_at": journal.instant(at)},
        )
    return len(rows)
