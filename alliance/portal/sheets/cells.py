"""How cells are read: each reader takes ``(text, lists)`` and gives the value, or says in French what is wrong."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from alliance.portal.sheets.columns import plain, wrong

ROUNDED = re.compile(r"\d[.,]?\d*E\+?\d{1,2}", re.IGNORECASE)
DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?:[ T]+0?0:00(?::00)?)?")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]+0?0:00(?::00)?)?")
IN_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
NAMES = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"
MONTHS = {name: number for number, name in enumerate(NAMES.split(), start=1)}
ZEROS_MAX = 5
AMOUNT_MAX = 100_000_000_000_00
YES = {"oui", "o", "vrai", "true", "yes", "1", "x", "✓", "✔"}
NO = {"non", "n", "faux", "false", "no", "0"}


def text_of(model: type[models.Model], name: str, *, required: str = "") -> Callable:
    """Read as the model's own field does: length, shape, validators, in French."""
    field = model._meta.get_field(name)

    def read(text: str, lists) -> str:
        if required and not text:
            raise wrong(required)
        if field.max_length and len(text) > field.max_length:
            raise wrong(f"Le texte est trop long : {len(text)} signes, {field.max_length} au plus.")
        return field.clean(text, None) if text else ""

    return read


def bare_number(text: str, digits: int = 0) -> str:
    """Without the spaces, points or dashes that people write, with the first zeros that a spreadsheet dropped."""
    bare = re.sub(r"[\s.\-\u202f\u00a0'’]", "", text).upper()
    return bare.zfill(digits) if bare.isdecimal() and digits - ZEROS_MAX <= len(bare) else bare


def number_of(model: type[models.Model], name: str, *, digits: int = 0) -> Callable:
    """A number of so many digits; that it is one, and not what is left of another, its key tells."""
    reader = text_of(model, name)

    def read(text: str, lists) -> str:
        if ROUNDED.fullmatch(text.replace(" ", "")):
            raise wrong(
                f"Le tableur a arrondi ce numéro ({text[:20]}) : ses derniers chiffres sont perdus. Mettez la colonne "
                "au format Texte, et recopiez le numéro depuis sa source."
            )
        return reader(bare_number(text, digits), lists)

    return read


def site(reader: Callable) -> Callable:
    """« www.exemple.fr » is what people write."""
    bare = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
    return lambda text, lists: reader(f"https://{text}" if bare.fullmatch(text) else text, lists)


def choice_of(choices, *, required: bool = True) -> Callable:
    """By its words in French, or by its code."""
    known = {plain(label): value for value, label in choices.choices} | {
        plain(value): value for value in choices.values
    }

    def read(text: str, lists) -> str:
        if not text and not required:
            return ""
        if plain(text) not in known:
            typed = f"« {text[:60]} » n’est pas dans la liste" if text else "La case est vide"
            raise wrong(f"{typed} : {', '.join(choices.labels)}.")
        return known[plain(text)]

    return read


def yes_or_no(text: str, lists) -> bool:
    typed = text.casefold()
    if typed in YES or typed in NO:
        return typed in YES
    raise wrong("Écrivez « oui » ou « non ».")


def say_yes(value: bool) -> str:
    return "oui" if value else "non"


def axes(text: str, lists) -> list[int]:
    """« 1 | 3 » → the ids of the axes in force, in their order."""
    numbers = [part.strip() for part in re.split(r"[|,;/\n]", text) if part.strip()]
    unknown = next((number for number in numbers if number not in lists.axes), None)
    if unknown:
        raise wrong(f"L’axe « {unknown[:20]} » n’existe pas : écrivez des numéros séparés par « | ».")
    return sorted({lists.axes[number] for number in numbers})


def several(known: Callable, words: str) -> Callable:
    """Names or codes separated by « | ». ``known(lists)``: ``{plain name: value}``; ``words``: « Cette région »."""

    def read(text: str, lists) -> list:
        found, here = [], known(lists)
        for part in filter(None, (each.strip() for each in re.split(r"[|;\n]", text))):
            if plain(part) not in here:
                raise wrong(f"{words} n’existe pas : « {part[:60]} ». Séparez les noms par « | ».")
            found.append(here[plain(part)])
        return sorted(set(found))

    return read


def commune(text: str, lists) -> str | None:
    """The INSEE code, a dropped zero put back; or the name, when only one commune of France has it."""
    if not text:
        return None
    code = text.upper().replace(" ", "").zfill(5)
    if code in lists.communes:
        return code
    named = lists.communes_named.get(plain(text), [])
    if len(named) == 1:
        return named[0]
    if named:
        codes = ", ".join(sorted(named)[:3])
        raise wrong(f"{len(named)} communes s’appellent « {text[:60]} » : écrivez le code INSEE ({codes}…).")
    raise wrong(f"« {text[:40]} » n’est ni un code INSEE ni le nom d’une commune. Un code postal ne suffit pas.")


def day(text: str, lists) -> date | None:
    """« 01/02/2026 » is the first of February; 2026-02-01, 1.2.2026 and « 1er février 2026 » too."""
    if not text:
        return None
    try:
        if found := ISO.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := DAY.fullmatch(text):
            return date(*(int(each) for each in reversed(found.groups())))
        if (found := IN_WORDS.fullmatch(plain(text))) and found[2] in MONTHS:
            return date(int(found[3]), MONTHS[found[2]], int(found[1]))
    except ValueError:
        raise wrong(f"Le {text[:20]} n’existe pas.") from None
    if re.fullmatch(r"\d{5}", text):
        raise wrong(f"« {text} » est une date vue comme un nombre : mettez la colonne au format Date, ou Texte.")
    raise wrong(f"« {text[:40]} » n’est pas une date : écrivez 31/12/2026.")


def say_day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def euros(text: str, lists) -> int | None:
    """« 12 000,50 € » → cents."""
    bare = re.sub(r"[\s\u202f\u00a0€]|euros?|eur", "", text, flags=re.IGNORECASE).replace(",", ".")
    if not bare:
        return None
    try:
        cents = Decimal(bare) * 100
    except InvalidOperation:
        raise wrong(f"« {text[:40]} » n’est pas un montant : écrivez 12000 ou 12000,50.") from None
    if not cents.is_finite() or cents != cents.to_integral_value() or not 0 <= cents <= AMOUNT_MAX:
        raise wrong(f"« {text[:40]} » n’est pas un montant en euros et centimes.")
    return int(cents)


def say_euros(cents: int | None) -> str:
    if cents is None:
        return ""
    return f"{cents // 100},{cents % 100:02d}" if cents % 100 else str(cents // 100)


def degrees(limit: int) -> Callable:
    def read(text: str, lists) -> float | None:
        if not text:
            return None
        try:
            value = float(text.replace(",", ".").replace("°", "").strip())
        except ValueError:
            value = limit + 1
        if not -limit <= value <= limit:
            raise wrong(f"« {text[:40]} » n’est pas un nombre de degrés entre −{limit} et {limit}.")
        return value

    return read


def email(text: str, lists) -> str:
    typed = text.lower()
    if typed:
        try:
            validate_email(typed)
        except ValidationError:
            raise wrong(f"« {text[:60]} » n’est pas une adresse électronique.") from None
    return typed
