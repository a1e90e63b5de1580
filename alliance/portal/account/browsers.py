"""A connection in the words of its owner: « Firefox sur Windows »."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession

PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Connection:
    pk: int
    words: str
    ip: str
    since: datetime
    is_current: bool


def described(session: UserSession, request) -> Connection:
    current = session.session_key == request.session.session_key
    return Connection(session.pk, browser(session.user_agent), session.ip, session.created_at, current)


def browser(user_agent: str) -> str:
    """As far as the program says so itself; it may lie."""
    program = next((name for word, name in PROGRAMS if word in user_agent), "Un navigateur")
    system = next((name for word, name in SYSTEMS if word in user_agent), "")
    return f"{program} sur {system}" if system else program
