"""A programme as a version keeps it, and what differs from one to the next, in sentences that everybody may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from alliance.lib import french
from events.models.convention import ProgrammeItem

WORDS = ("title", "summary", "room")
HOURS = ("starts_at", "ends_at")


def content_of(items: Iterable[ProgrammeItem]) -> list[dict]:
    """Public as it stands: no address to join online, nobody's name, no number of the database."""
    return [
        {
            "id": str(item.public_id),
            "kind": item.kind,
            "is_online": bool(item.online_url),
            "axis": axis_number(item),
            **{name: getattr(item, name) for name in WORDS},
            **{name: getattr(item, name).astimezone(timezone.UTC).isoformat() for name in HOURS},
        }
        for item in sorted(items, key=lambda item: (item.starts_at, item.ends_at, item.pk))
    ]


def links_of(items: Iterable[ProgrammeItem]) -> dict[str, str]:
    return {str(item.public_id): item.online_url for item in items if item.online_url}


def axis_number(item: ProgrammeItem) -> int | None:
    axis = item.workshop.axis if item.kind == ProgrammeItem.Kind.WORKSHOP and hasattr(item, "workshop") else None
    return axis.number if axis else None


@dataclass(frozen=True)
class Difference:
    """``before`` is None for what is new, ``after`` for what is withdrawn; ``is_link`` when one joins elsewhere."""

    before: dict | None
    after: dict | None
    is_link: bool = False

    @property
    def now(self) -> dict:
        return self.after or self.before

    @property
    def kind(self) -> str:
        if self.before and self.after:
            return "changed"
        return "added" if self.after else "withdrawn"

    @property
    def moves(self) -> bool:
        """Whether those who come must know: another hour, another room, another way in, or no more at all."""
        if self.kind != "changed":
            return self.kind == "withdrawn"
        return self.is_link or any(self.before[name] != self.after[name] for name in (*HOURS, "room", "is_online"))

    @property
    def sentences(self) -> list[str]:
        if self.kind == "withdrawn":
            return [f"Retiré du programme ; il était prévu {when(self.before)}{where(self.before)}."]
        if self.kind == "added":
            return [f"Nouveau : {when(self.after)}{where(self.after)}."]
        return [sentence for told in (_hours, _room, _online, _title, _content) if (sentence := told(self))]


def differences(before: list[dict], after: list[dict], links=None, new_links=None) -> list[Difference]:
    """In the order of the day. ``links``, ``new_links``: of both versions, when one tells who joins online."""
    links, new_links = links or {}, new_links or {}
    old, new = ({each["id"]: each for each in content} for content in (before, after))
    found = []
    for key in old.keys() | new.keys():
        moved = key in old and key in new and links.get(key) != new_links.get(key)
        if old.get(key) != new.get(key) or moved:
            found.append(Difference(old.get(key), new.get(key), moved))
    return sorted(found, key=lambda each: (each.now["starts_at"], each.now["title"], each.now["id"]))


def when(item: dict) -> str:
    """« le jeudi 14 janvier 2027, de 9 h à 10 h 30 »."""
    starts, ends = _moment(item["starts_at"]), _moment(item["ends_at"])
    return f"le {french.full_date(timezone.localdate(starts))}, {_span(starts, ends)}"


def where(item: dict) -> str:
    places = [item["room"], "en ligne" if item["is_online"] else ""]
    return "".join(f", {place}" for place in places if place)


def _moment(words: str) -> datetime:
    return datetime.fromisoformat(words)


def _span(starts: datetime, ends: datetime) -> str:
    return f"de {french.hour(starts)} à {french.hour(ends)}"


def _hours(found: Difference) -> str:
    before, after = ([_moment(item[name]) for name in HOURS] for item in (found.before, found.after))
    if before == after:
        return ""
    if timezone.localdate(before[0]) == timezone.localdate(after[0]):
        return f"{_span(*after).capitalize()}, au lieu de {_span(*before).removeprefix('de ')}."
    return f"{when(found.after).capitalize()}, au lieu du {when(found.before).removeprefix('le ')}."


def _room(found: Difference) -> str:
    old, new = found.before["room"], found.after["room"]
    if old == new:
        return ""
    if not new:
        return f"La salle n’est plus fixée : c’était {old}."
    return f"{new}, au lieu de {old}." if old else f"Salle : {new}."


def _online(found: Difference) -> str:
    old, new = found.before["is_online"], found.after["is_online"]
    if old == new:
        return "L’adresse pour suivre en ligne a changé." if found.is_link else ""
    return "Se suit aussi en ligne." if new else "Ne se suit plus en ligne."


def _title(found: Difference) -> str:
    old = found.before["title"]
    return f"S’intitulait « {old} »." if old != found.after["title"] else ""


def _content(found: Difference) -> str:
    is_same = found.before["summary"] == found.after["summary"]
    if found.before["axis"] != found.after["axis"]:
        return "L’axe d’action a changé." if is_same else "L’axe d’action et le contenu ont changé."
    return "" if is_same else "Le contenu est précisé."
