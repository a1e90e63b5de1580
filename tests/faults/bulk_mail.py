"""A post that fails at random, a worker that dies, and what bulk mail must have done all the same."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.smtp import SmtpServer

UNKNOWN = "550 5.1.1 Unknown"


@dataclass
class RandomPost:
    """Tells ``server`` to fail at random, and remembers what it kept without the sender ever hearing so.

    ``gone``: addresses that nobody reads. ``unheard``: letters kept, then the line was cut.
    """

    server: SmtpServer
    gone: set[str]
    seed: int = 26
    unheard: Counter = field(default_factory=Counter)
    failures: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance, self.keep = random.Random(self.seed), self.server.handle_DATA
        self.server.handle_RCPT, self.server.handle_DATA = self.rcpt, self.data

    async def rcpt(self, server, session, envelope, address, options) -> str:
        if address in self.gone:
            self.failures["550"] += 1
            return UNKNOWN
        luck = self.chance.random()
        if luck < 0.06:
            self.failures["450"] += 1
            return "450 4.2.0 Later"
        if luck < 0.10:
            self.failures["cut before DATA"] += 1
            server.transport.abort()
            return "421 Gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def data(self, server, session, envelope) -> str:
        luck = self.chance.random()
        if luck < 0.05:
            self.failures["451"] += 1
            return "451 4.3.0 Later"
        if luck < 0.08:
            self.failures["554"] += 1
            return "554 5.7.1 Not today"
        if luck < 0.11:
            self.failures["cut in DATA"] += 1
            server.transport.abort()
            return "421 Gone"
        kept = await self.keep(server, session, envelope)
        if luck < 0.14:
            self.failures["cut after DATA"] += 1
            self.unheard[envelope.rcpt_tos[0]] += 1
            server.transport.abort()
        return kept


def wrongs(letters, *, expected: set[str], unheard: Counter, killed: int) -> list[str]:
    """What is not as it must be. ``killed``: how many letters may have been in hand when a sender was killed.

    Each address exactly once; once more for each time that the line was cut after DATA or the sender killed, and then
    under the same Message-ID.
    """
    copies, names = Counter(), defaultdict(set)
    for letter in letters:
        copies[letter["To"]] += 1
        names[letter["To"]].add(letter["Message-ID"])
    found = [f"{address}: never" for address in expected - copies.keys()]
    found += [f"{address}: not asked for" for address in copies.keys() - expected]
    found += [f"{address}: two names" for address, ids in names.items() if len(ids) > 1]
    beyond = {address: count - 1 - unheard[address] for address, count in copies.items()}
    found += [f"{address}: {over} too many" for address, over in beyond.items() if over > 1]
    once_more = [address for address, over in beyond.items() if over == 1]
    if len(once_more) > killed:
        found.append(f"{len(once_more)} once more without a cause")
    return found
