"""French as people write it: dates, numbers, plurals, lists."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NARROW_SPACE = "\u202f"
SPACE = "\u00a0"
_SPACED = re.compile(r" ([;?!])| ([:»])|(«) ")


def _day(day: date) -> date:
    """The day in Paris of an aware moment, or the day itself."""
    return timezone.localtime(day).date() if isinstance(day, datetime) else day


def long_date(day: date) -> str:
    """« 12 novembre 2026 », « 1er janvier 2026 »."""
    day = _day(day)
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def full_date(day: date) -> str:
    """« jeudi 12 novembre 2026 »."""
    return f"{WEEKDAYS[_day(day).weekday()]} {long_date(day)}"


def month(day: date) -> str:
    """« novembre 2026 »."""
    day = _day(day)
    return f"{MONTHS[day.month - 1]} {day.year}"


def hour(moment: datetime) -> str:
    """« 9 h », « 14 h 30 », in Paris, with spaces that do not break."""
    local = timezone.localtime(moment)
    return f"{local.hour}{SPACE}h" + (f"{SPACE}{local.minute:02}" if local.minute else "")


def long_moment(moment: datetime) -> str:
    """« 12 novembre 2026 à 14 h 30 »."""
    return f"{long_date(moment)} à {hour(moment)}"


def age(length: timedelta) -> str:
    """« aujourd’hui », « 1 jour », « 12 jours »: how long something has waited."""
    return count(length.days, "jour") if length.days >= 1 else "aujourd’hui"


def number(value: int) -> str:
    """« 1 500 », with thin spaces that do not break; four digits and more are grouped."""
    return f"{value:,}".replace(",", NARROW_SPACE)


def plural(value: int, one: str, many: str | None = None) -> str:
    """The word alone: French says « 0 projet », « 1 projet », « 2 projets »."""
    return one if abs(value) < 2 else many or one + "s"


def count(value: int, one: str, many: str | None = None) -> str:
    """« 1 500 projets »."""
    return f"{number(value)}{SPACE}{plural(value, one, many)}"


def ordinal(rank: int) -> str:
    """« 1er », « 2e », for masculine nouns."""
    return "1er" if rank == 1 else f"{rank}e"


def enumeration(items: Iterable[str], last: str = "et") -> str:
    """« a, b et c »."""
    *others, final = [str(item) for item in items] or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def typeset(text: str) -> str:
    """The same words, with spaces that do not break before « : ; ? ! » and inside quotes: no line begins with them."""
    return _SPACED.sub(
        lambda found: f"{NARROW_SPACE}{found[1]}" if found[1] else f"{SPACE}{found[2]}" if found[2] else f"«{SPACE}",
        text,
    )


def of(name: str) -> str:
    """« de Bretagne », « d’Île-de-France »; an h is never elided: whether it is mute is not written in the word."""
    return f"d’{name}" if name[:1].lower() in "aeiouyàâäéèêëîïôöùûüœæ" else f"de {name}"
