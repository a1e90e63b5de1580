"""What a person types to register: themselves, or a colleague."""

from django import forms
from django.utils.html import format_html

from alliance.lib import french
from events.models import Convention, Workshop
from events.models.needs import CONSENT, Access, Diet
from events.models.survey import QUESTIONS
from events.models.wish import MOST_WISHES
from partners.models import Organisation

NAME_LENGTH = 120
NOT_MINE = "Choisissez une organisation de la liste."
NOT_AN_ADDRESS = "Donnez une adresse électronique complète, par exemple prenom@exemple.fr."
NOT_A_WORKSHOP = "Choisissez un atelier de la liste."
NOT_OPEN = "Choisissez une Convention dont les inscriptions sont ouvertes."


class OwnRegistrationForm(forms.Form):
    """For oneself. The organisation is asked only of those who have several."""

    name = forms.CharField(
        label="Votre nom", max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organisation = forms.ChoiceField(
        label="Vous venez pour",
        error_messages={"invalid_choice": NOT_MINE},
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
    )

    def __init__(self, data=None, *, person, organisations: list[Organisation]):
        super().__init__(data, initial={"name": person.full_name})
        self.organisations = {organisation.slug: organisation for organisation in organisations}
        if len(organisations) > 1:
            self.fields["organisation"].choices = [(o.slug, o.name) for o in organisations]
        else:
            del self.fields["organisation"]

    @property
    def only_organisation(self) -> Organisation | None:
        return next(iter(self.organisations.values())) if len(self.organisations) == 1 else None

    @property
    def chosen_organisation(self) -> Organisation | None:
        """The chosen one, the only one, or none for those who belong to no organisation."""
        return self.only_organisation or self.organisations.get(self.cleaned_data.get("organisation"))


class ColleagueForm(forms.Form):
    """For somebody of one's organisation, account or not. ``conventions`` are read ``with_seats()``.

    When there is only one, it is not asked for.
    """

    convention = forms.ChoiceField(
        label="Pour quelle rencontre",
        error_messages={"invalid_choice": NOT_OPEN},
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
    )
    name = forms.CharField(
        label="Son nom", max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label="Son adresse électronique",
        max_length=254,
        error_messages={"invalid": NOT_AN_ADDRESS},
        help_text="La confirmation et le rendez-vous à mettre dans l’agenda y seront envoyés.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data=None, *, conventions: list[Convention]):
        super().__init__(data)
        self.conventions = {convention.slug: convention for convention in conventions}
        field = self.fields["convention"]
        field.choices = [
            (c.slug, format_html("{} <small>{}. {}</small>", c.title, c.when, c.seats_words)) for c in conventions
        ]
        self.choosing = field.widget
        if len(conventions) == 1:
            field.initial, field.widget = conventions[0].slug, forms.HiddenInput()

    def add_error(self, field, error):
        super().add_error(field, error)
        if field == "convention":
            self.fields["convention"].widget = self.choosing

    @property
    def only_convention(self) -> Convention | None:
        """The one that is not asked for."""
        return next(iter(self.conventions.values())) if self.fields["convention"].widget.is_hidden else None

    @property
    def chosen_convention(self) -> Convention:
        return self.conventions[self.cleaned_data["convention"]]


class WishesForm(forms.Form):
    """Workshops from the dearest on, a list for each rank; a rank that is left empty is closed up."""

    def __init__(self, data=None, *, workshops: list[Workshop], ranked: list[int]):
        super().__init__(data)
        self.workshops = {str(workshop.item_id): workshop for workshop in workshops}
        items = {workshop.pk: str(workshop.item_id) for workshop in workshops}
        choices = [("", "Aucun"), *((key, f"{w.item.title} ({w.item.hours})") for key, w in self.workshops.items())]
        for rank in range(1, min(MOST_WISHES, len(workshops)) + 1):
            self.fields[f"wish_{rank}"] = forms.ChoiceField(
                label=f"{french.ordinal(rank)} vœu",
                choices=choices,
                required=False,
                initial=items.get(ranked[rank - 1], "") if rank <= len(ranked) else "",
                error_messages={"invalid_choice": NOT_A_WORKSHOP},
            )

    def clean(self):
        chosen = {}
        for name, key in list(super().clean().items()):
            if key and key in chosen:
                self.add_error(name, f"C’est déjà votre {chosen[key]} : choisissez-en un autre, ou « Aucun ».")
            chosen.setdefault(key, self.fields[name].label)

    @property
    def ranked(self) -> list[Workshop]:
        return [self.workshops[key] for key in self.cleaned_data.values() if key]


def mark_field(sentence: str) -> forms.TypedChoiceField:
    """A note from 1 to 5 about a sentence."""
    return forms.TypedChoiceField(
        label=sentence,
        choices=[(str(note), str(note)) for note in range(1, 6)],
        coerce=int,
        error_messages={"required": "Choisissez une note de 1 à 5.", "invalid_choice": "De 1 à 5."},
        help_text="De 1, pas du tout, à 5, tout à fait.",
        widget=forms.RadioSelect(attrs={"class": "choices--row"}),
    )


class SurveyForm(forms.Form):
    """Three marks from 1 to 5, and some words if one likes."""

    innovation = mark_field("Cette journée m’a donné des idées que je n’aurais pas eues sans elle")
    performance = mark_field("Elle nous aidera à mieux faire ce que nous faisons ensemble")
    confiance = mark_field("J’en repars avec davantage de confiance dans les autres partenaires")
    words = forms.CharField(
        label="En quelques mots",
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ne vous nommez pas, ne nommez personne : seule l’équipe nationale lira ces mots.",
    )

    @property
    def marks(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in QUESTIONS}


class NeedsForm(forms.Form):
    """What one needs on the day. All of it may stay empty; nothing is kept without the last box."""

    diet = forms.MultipleChoiceField(
        label="À table", choices=Diet.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    diet_words = forms.CharField(
        label="Autre chose à table", max_length=200, required=False, help_text="Une allergie, par exemple."
    )
    access = forms.MultipleChoiceField(
        label="Pour venir et suivre", choices=Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    access_words = forms.CharField(label="Autre chose pour venir et suivre", max_length=200, required=False)
    consents = forms.BooleanField(label=CONSENT, required=False)


class GuestForm(forms.Form):
    """For somebody invited: the address is the one that was written to, the organisation the one invited."""

    name = forms.CharField(
        label="Votre nom", max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class AskedInvitationForm(forms.Form):
    """For somebody without an account: the link goes to the address, and proves that it is theirs."""

    email = forms.EmailField(
        label="Votre adresse électronique",
        max_length=254,
        error_messages={"invalid": NOT_AN_ADDRESS},
        help_text="Nous y envoyons un lien pour vous inscrire.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
