"""Proposals and what was merged into them: whose they are, and how many support them."""

from collections import defaultdict
from collections.abc import Iterable

from events.models.convention import Convention
from events.models.proposal import Proposal, ProposalAuthor, ProposalSupport
from events.models.registration import Registration


class Families:
    """Read once for a Convention: every proposal belongs to the one that it was merged into, at whatever remove."""

    def __init__(self, convention: Convention):
        into = dict(Proposal.objects.of(convention).order_by().values_list("pk", "merged_into"))
        self.head = {pk: _head(pk, into) for pk in into}
        self.members: dict[int, list[int]] = defaultdict(list)
        for pk, head in self.head.items():
            self.members[head].append(pk)

    def count(self, proposals: Iterable[Proposal]) -> list[Proposal]:
        """With ``authors_count`` and ``supports_count``: persons, each once, who say it or else support it."""
        proposals = list(proposals)
        wanted = [pk for proposal in proposals for pk in self.members.get(proposal.pk, [proposal.pk])]
        authors, supports = self._people(ProposalAuthor, wanted), self._people(ProposalSupport, wanted)
        for proposal in proposals:
            proposal.authors_count = len(authors[proposal.pk])
            proposal.supports_count = len(supports[proposal.pk] - authors[proposal.pk])
        return proposals

    def _people(self, model, wanted: list[int]) -> dict[int, set[int]]:
        people = defaultdict(set)
        rows = model.objects.filter(proposal__in=wanted).order_by()
        for proposal, registration in rows.values_list("proposal", "registration"):
            people[self.head.get(proposal, proposal)].add(registration)
        return people


def _head(pk: int, into: dict[int, int | None]) -> int:
    while into.get(pk):
        pk = into[pk]
    return pk


def authors_below(proposals: Iterable[Proposal]) -> list[Registration]:
    """Those who said these, or what was merged into them; each person once, by the address, the latest registration."""
    found = left = {proposal.pk for proposal in proposals}
    while left:
        left = set(Proposal.objects.filter(merged_into__in=left).values_list("pk", flat=True))
        found = found | left
    rows = Registration.objects.filter(proposals__proposal__in=found).select_related("attendee").order_by("pk")
    return list({row.attendee.email.lower(): row for row in rows}.values())
