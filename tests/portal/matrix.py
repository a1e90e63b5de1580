"""The words of the route matrix, and the answers that they demand. The table itself is ``route_matrix.py``.

``Door(read, on="noun", post="who")``: who reads the address (GET, HEAD), which noun it names, who sends to it. A method
that is not given answers 405. Words of who, joined by ``|``:

=============  ======================================================================================================
public         everybody; with a noun: its published rows, no others, for anybody
key            whoever holds the link or the code
signed_in      every account
member         people of the organisation, in any role; ``writer``: contributor, signatory or administrator;
               ``contributor``, ``signatory``, ``administrator``, ``evidence``: these roles, see ``ROLES_OF``
staff          every agent of La Poste; ``region``: those whose perimeter holds the row; ``national``: the national team
author         the agent who made it: the delegate of its région
nobody         exists, and opens to nobody
=============  ======================================================================================================

A stranger's row and a missing one answer alike, 404, whatever the method: ``test_route_matrix.py`` holds it.
"""

from dataclasses import dataclass, field

VISITOR = "visitor"
MEMBERS = ("reader", "contributor", "signatory", "administrator")
AGENTS = ("elsewhere", "here", "national")  # a delegate of the stranger's région, of one's own, the national team
ROLES = (VISITOR, *MEMBERS, *AGENTS)
ROLES_OF = {
    "member": MEMBERS,
    "writer": ("contributor", "signatory", "administrator"),
    "contributor": ("contributor",),
    "signatory": ("signatory",),
    "administrator": ("administrator",),
    "evidence": ("signatory", "administrator"),
}
READS = ("GET", "HEAD")
METHODS = (*READS, "POST", "PUT", "PATCH", "DELETE")
ACTED = {200, 201, 204, 302, 303, 400, 409, 415, 422, 428}  # an act that was let in, well or badly formed


@dataclass(frozen=True)
class Door:
    """``gives``: other answers to a GET than 200; ``query``: what the address needs behind « ? ».

    ``refuses``: to whoever may read but not send (403: they are told so; 404 where nothing offers it).
    ``insiders``: to people of the organisation who may not read; ``agents``: to agents who may not.
    ``body``: what the act needs to find its way; ``headers``: what a machine shows; ``settings``: what opens the door.
    """

    read: str
    on: str = ""
    post: str = ""
    gives: tuple[int, ...] = (200,)
    refuses: int = 403
    insiders: int = 404
    agents: int = 404
    more: dict[str, str] = field(default_factory=dict)
    query: str = ""
    body: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    def who(self, method: str) -> str:
        """Whom a method is for; nobody named: it answers 405."""
        if method in READS:
            return self.read
        return self.post if method == "POST" else self.more.get(method, "")


def may(who: str, role: str, target: str) -> bool:
    """Whether ``role`` is among ``who`` for its own row (or no row), a stranger's or a missing one."""
    return target != "missing" and any(one(word, role, target) for word in who.split("|"))


def one(word: str, role: str, target: str) -> bool:
    if word == "key":
        return True
    if word == "national":
        return role == "national"
    if word == "region":
        return role == "national" or role == ("here" if target == "own" else "elsewhere")
    if word == "author":
        return role == ("here" if target == "own" else "elsewhere")
    if word == "staff":
        return role in AGENTS
    if target == "stranger":
        return False
    return word == "public" or (word == "signed_in" and role != VISITOR) or role in ROLES_OF.get(word, ())


def expected(name: str, door: Door, method: str, role: str, target: str, *, closed: bool) -> set[int]:
    """The answers that are right. ``closed``: the login middleware stands before the door."""
    if role == VISITOR and closed:
        return {302}
    who = door.who(method)
    if who and may(who, role, target):
        return set(door.gives) if method in READS else ACTED
    if role == VISITOR and "public" not in who and name.startswith("api:"):
        return {401, 403, 405} if not who else {401, 403}
    no = {refusal(door, method, role, target)}
    if not who:
        return {405} if may(door.read, role, target) else no | {405}
    return no


def refusal(door: Door, method: str, role: str, target: str) -> int:
    if method not in READS and may(door.read, role, target):
        return door.refuses
    if role in MEMBERS and target == "own":
        return door.insiders
    if target == "missing" and may(door.who(method), role, "own"):
        return 404
    if role in AGENTS:
        return 403 if door.read == "national" and role != "national" else door.agents
    return 404
