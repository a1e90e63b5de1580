"""How one parameter of the address is read: never an exception, always what was understood and what was not."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import django_filters
from django import forms

from partners.filters import places, text
from partners.filters.criteria import DEFAULT_RADIUS_KM, Choice, Problem
from partners.filters.known import Known

MAX_RADIUS_KM = 200
MAX_VALUES = 50
SHOWN_LENGTH = 40
NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,15})?")
UNKNOWN = "ce paramètre n’existe pas."


@dataclass(frozen=True)
class Parsed:
    value: object
    sentences: tuple[str, ...] = ()


def shown(value: str) -> str:
    """A refused value, short enough and clean enough to be read back."""
    clean = "".join(sign if sign.isprintable() else "�" for sign in value)
    return f"« {clean[:SHOWN_LENGTH]}{'…' if len(clean) > SHOWN_LENGTH else ''} »"


class Given(forms.Field):
    """A field that receives every value of its parameter, as text, and answers a ``Parsed``."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, parameter: str, **options):
        super().__init__(required=False, **options)
        self.parameter = parameter

    def clean(self, value, versions: Mapping[str, int] | None = None) -> Parsed:
        return self.parse([each.strip() for each in value if each.strip()], versions)

    def parse(self, given: list[str], versions=None) -> Parsed:
        raise NotImplementedError


class OneOf(Given):
    """The last value wins, as in any address; ``read`` gives the value or ``None``."""

    default: object = None
    sentence = ""

    def read(self, raw: str):
        raise NotImplementedError

    def parse(self, given, versions=None):
        if not given:
            return Parsed(self.default)
        value = self.read(given[-1]) if "\x00" not in given[-1] else None
        if value is None:
            return Parsed(self.default, (f"{shown(given[-1])} n’est pas compris : {self.sentence}.",))
        return Parsed(value)


class TextField(Given):
    def parse(self, given, versions=None):
        typed, sentences = " ".join(" ".join(given).split()), []
        if "\x00" in typed:
            return Parsed(text.Query(), ("le texte contient un caractère interdit.",))
        if len(typed) > text.MAX_LENGTH:
            typed = typed[: text.MAX_LENGTH].rstrip()
            sentences.append(f"le texte dépasse {text.MAX_LENGTH} caractères, la suite est laissée de côté.")
        return Parsed(text.understand(typed) if typed else text.Query(), tuple(sentences))


class ChoicesField(Given):
    """Repeated values; ``find`` looks all of them up at once and leaves out those that do not exist."""

    def __init__(self, *, find: Callable[[list[str]], Mapping[str, Choice]], expected: str, **options):
        super().__init__(**options)
        self.find, self.expected = find, expected

    def parse(self, given, versions=None):
        if not given:
            return Parsed(())
        asked = list(dict.fromkeys(given))[:MAX_VALUES]
        sane = [value for value in asked if "\x00" not in value and len(value) <= text.MAX_LENGTH]
        found = self.find(sane, versions) if isinstance(self.find, Known) else self.find(sane)
        known = dict.fromkeys(found[value] for value in asked if value in found)
        sentences = [f"{shown(value)} n’existe pas : {self.expected}." for value in asked if value not in found]
        if len(set(given)) > MAX_VALUES:
            sentences.append(f"{MAX_VALUES} valeurs au plus, les suivantes sont laissées de côté.")
        return Parsed(tuple(known), tuple(sentences))


class NearField(OneOf):
    sentence = "écrivez la latitude puis la longitude en degrés, comme 48.39,-4.49"

    def read(self, raw):
        lat, _, lon = raw.partition(",")
        point = _degrees(lat, 90), _degrees(lon, 180)
        return None if None in point else places.near(*point)


class RadiusField(OneOf):
    default = None
    sentence = f"donnez une distance de 1 à {MAX_RADIUS_KM} kilomètres"

    def read(self, raw):
        radius = _number(raw)
        return radius if radius is not None and 1 <= radius <= MAX_RADIUS_KM else None


class OrderingField(OneOf):
    default = ""

    def __init__(self, *, orders: Iterable[str], **options):
        super().__init__(**options)
        self.orders = tuple(orders)
        self.sentence = f"les ordres possibles sont {', '.join(self.orders)}"

    def read(self, raw):
        return raw if raw in self.orders else None


def _number(raw: str) -> float | None:
    return float(raw) if NUMBER.fullmatch(raw) else None


def _degrees(raw: str, limit: int) -> float | None:
    number = _number(raw.strip())
    return number if number is not None and abs(number) <= limit else None


class Parameter(django_filters.Filter):
    """A declared parameter; ``help_text`` is what the API's documentation says of it."""

    def __init__(self, field_class: type[Given], help_text: str, **options):
        super().__init__(help_text=help_text, **options)
        self.field_class = field_class

    @property
    def field(self):
        options = {name: value for name, value in self.extra.items() if name != "required"}
        return self.field_class(parameter=self.field_name, **options)


class CriteriaFilterSet(django_filters.FilterSet):
    """The declaration of a noun's parameters; ``read`` makes criteria of an address.

    Django's form would be built again for each request, with every field: only what the address holds is read here.
    """

    criteria_class: type

    @classmethod
    @cache
    def readers(cls) -> dict[str, Given]:
        return {name: parameter.field for name, parameter in cls.base_filters.items()}

    @classmethod
    @cache
    def unasked(cls) -> dict:
        return {name: reader.parse([]).value for name, reader in cls.readers().items()}

    @classmethod
    def read(cls, data, *, today, doors: Iterable[str] = ("page",), versions: Mapping[str, int] | None = None):
        """The criteria, and one problem for each parameter or value that was not understood.

        ``doors`` are the door's own parameters, left alone; ``versions`` those of the nouns, by alliance.lib.stamps,
        when the door has just read them.
        """
        readers, given = cls.readers(), dict(cls.unasked())
        problems = [Problem(name, UNKNOWN) for name in data if name not in readers and name not in doors]
        for name, reader in readers.items():
            if name in data:
                parsed = reader.clean(data.getlist(name), versions)
                given[name] = parsed.value
                problems += [Problem(name, sentence) for sentence in parsed.sentences]
        problems += agree(given)
        return cls.criteria_class(today=today, **given), tuple(problems)


def agree(given: dict) -> list[Problem]:
    """Settle in place what concerns two parameters at once."""
    problems = []
    if given["near"] is None and given["radius_km"] is not None:
        problems.append(Problem("radius_km", "une distance se donne avec « near », le point d’où l’on mesure."))
    given["radius_km"] = given["radius_km"] or DEFAULT_RADIUS_KM
    if given["ordering"] == "distance" and given["near"] is None:
        problems.append(Problem("ordering", "l’ordre « distance » demande « near », le point d’où l’on mesure."))
        given["ordering"] = ""
    if given["ordering"] == "relevance" and not given["q"]:
        problems.append(Problem("ordering", "l’ordre « relevance » demande « q », les mots cherchés."))
        given["ordering"] = ""
    return problems
