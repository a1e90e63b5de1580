"""Proposals and what was merged into them: whose they are, and how many support them."""

from collections import defaultdict
from collections.abc import Iterable

from events.models.convention import Convention
from events.models.proposal import Proposal, ProposalAuthor, ProposalSupport
from events.models.registration import Registration


class Families:
    """Read once for a Convention: every proposal belongs to the one that it was merged into, at whatever remove.

    Once counted, ``authors`` and ``supporters`` hold the registrations of each proposal itself.
    """

    def __init__(self, convention: Convention):
        into = dict(Proposal.objects.of(convention).order_by().values_list("pk", "merged_into"))
        self.head = {pk: _head(pk, into) for pk in into}
        self.members: dict[int, list[int]] = defaultdict(list)
        for pk, head in self.head.items():
            self.members[head].append(pk)
        self.authors: dict[int, set[int]] = {}
        self.supporters: dict[int, set[int]] = {}

    def count(self, proposals: Iterable[Proposal]) -> list[Proposal]:
        """With ``authors_count`` and ``supports_count``: persons, each once, who say it or else support it."""
        proposals = list(proposals)
        wanted = [pk for proposal in proposals for pk in self.members.get(proposal.pk, [proposal.pk])]
        self.authors, self.supporters = _people(ProposalAuthor, wanted), _people(ProposalSupport, wanted)
        for proposal in proposals:
            members = self.members.get(proposal.pk, [proposal.pk])
            authors = set().union(*(self.authors[pk] for pk in members))
            proposal.authors_count = len(authors)
            proposal.supports_count = len(set().union(*(self.supporters[pk] for pk in members)) - authors)
        return proposals


def _people(model, wanted: list[int]) -> dict[int, set[int]]:
    people = defaultdict(set)
    rows = model.objects.filter(proposal__in=wanted).order_by()
    for proposal, registration in rows.values_list("proposal", "registration"):
        people[proposal].add(registration)
    return people


def _head(pk: int, into: dict[int, int | None]) -> int:
    while into.get(pk):
        pk = into[pk]
    return pk


def authors_below(proposals: Iterable[Proposal]) -> list[Registration]:
    """Those who said these, or what was merged into them; each person once, by the address, the latest registration.

    Whoever came without giving an address is one by their registration.
    """
    found = left = {proposal.pk for proposal in proposals}
    while left:
        left = set(Proposal.objects.filter(merged_into__in=left).values_list("pk", flat=True))
        found = found | left
    rows = Registration.objects.filter(proposals__proposal__in=found).select_related("attendee").order_by("pk")
    return list({row.attendee.email.lower() or row.pk: row for row in rows}.values())
