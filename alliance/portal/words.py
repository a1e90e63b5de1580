"""French words made of numbers and dates."""

from datetime import date

from django.utils.formats import date_format

NARROW_NO_BREAK_SPACE = "\u202f"


def number(value) -> str:
    """1144 → « 1 144 », with a narrow no-break space; what is not an integer is left as it is."""
    return f"{value:,}".replace(",", NARROW_NO_BREAK_SPACE) if isinstance(value, int) else str(value)


def counted(value: int, words: str) -> str:
    """``counted(2, "projet,projets")`` → « 2 projets ». In French, zero is singular."""
    singular, plural = words.split(",")
    return f"{number(value)} {plural if value >= 2 else singular}"


def day(value: date, today: date) -> str:
    """« 18 novembre », with the year when it is not this one; the first of a month is « 1er »."""
    text = date_format(value, "j F" if value.year == today.year else "j F Y")
    return text.replace("1 ", "1er ", 1) if value.day == 1 else text


def month(value: date, today: date) -> str:
    return date_format(value, "F" if value.year == today.year else "F Y")
