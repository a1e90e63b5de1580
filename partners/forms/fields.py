"""Fields whose refusals are French sentences, and that never cut short what somebody pastes."""

import re
from datetime import date

from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator

from alliance.lib.french import number

FORBIDDEN = "Ce texte contient un caractère interdit."
A_DAY = "Donnez une date complète : jour, mois et année."
AN_AGE = "Donnez une année entre 1900 et 2100."
A_NUMBER = "Donnez un nombre entier, sans virgule ni unité."
MOST = 2_000_000_000


class LineField(forms.CharField):
    """One line: a break in what is pasted becomes a space. Spaces that do not break are kept."""

    def to_python(self, value):
        return re.sub(r"[ \t\r\n\f\v]+", " ", super().to_python(value))


class ProseField(forms.CharField):
    """Paragraphs, whose ends are written as the rest of the portal writes them, whatever the browser sends."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


def text_field(most: int, *, kind=LineField, required: str = "", **options) -> forms.CharField:
    """``required``: the sentence for whoever leaves it empty; without it the field is optional.

    No ``maxlength`` in the page: the browser would silently cut what is pasted.
    """
    too_long = f"{number(most)} caractères au plus : vous en avez écrit %(show_value)d."
    return kind(
        required=bool(required),
        validators=[MaxLengthValidator(most)],
        error_messages={"required": required, "max_length": too_long, "null_characters_not_allowed": FORBIDDEN},
        **options,
    )


def day_field(label: str, **options) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[MinValueValidator(date(1900, 1, 1), AN_AGE), MaxValueValidator(date(2100, 12, 31), AN_AGE)],
        error_messages={"invalid": A_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        **options,
    )


class WholeNumberField(forms.IntegerField):
    """« 1 500 » as people write it, thin spaces included."""

    def to_python(self, value):
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)


def count_field(label: str) -> WholeNumberField:
    return WholeNumberField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST,
        error_messages={
            "invalid": A_NUMBER,
            "min_value": "Un chiffre n’est jamais négatif.",
            "max_value": "Ce chiffre est trop grand.",
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
