"""The form of a bulk mail: who, by the filters of the directory and the roles; what, with fields."""

from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from alliance.lib.db import LowerUnaccent
from alliance.lib.french import number
from partners import mailing_letters
from partners.filters import organisations, references
from partners.models import Axis, Mailing, MailingSelection, Membership, Organisation, Region
from partners.models.mailing import MailKind

TICKS = forms.CheckboxSelectMultiple
CHOICES = ("network", "region", "signatory", "kind", "axis")
FILTERS = ("network", "region", "signatory", "organisation_kind", "axis")


class MailingForm(forms.Form):
    subject = forms.CharField(label="Objet", max_length=150)
    body = forms.CharField(label="Texte", max_length=10_000, widget=forms.Textarea(attrs={"rows": 12}))
    kind = forms.ChoiceField(
        label="Nature du courriel", choices=MailKind.choices,
        help_text="Un avis nécessaire au partenariat part aussi à qui ne veut plus des lettres d’information.",
    )  # fmt: skip
    network = forms.ModelMultipleChoiceField(
        label="Réseaux, avec leurs membres",
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Rien de choisi : toutes les organisations. Pour plusieurs : Ctrl, ou Maj et les flèches.",
    )
    region = forms.ModelMultipleChoiceField(
        label="Régions",
        queryset=Region.objects.order_by(LowerUnaccent("name")),
        to_field_name="code",
        required=False,
        widget=TICKS,
    )
    signatory = forms.MultipleChoiceField(
        label="Signature de la charte", choices=list(references.SIGNATORY.items()), required=False, widget=TICKS
    )
    organisation_kind = forms.MultipleChoiceField(
        label="Nature de l’organisation", choices=Organisation.Kind.choices, required=False, widget=TICKS
    )
    axis = forms.ModelMultipleChoiceField(
        label="Axes",
        queryset=Axis.objects.current().order_by("number"),
        to_field_name="number",
        required=False,
        widget=TICKS,
    )
    roles = forms.MultipleChoiceField(
        label="À qui, dans chaque organisation", choices=Membership.Role.choices, widget=TICKS
    )

    def __init__(self, *args, selection: MailingSelection | None = None, **kwargs) -> None:
        """With a ``selection`` nothing is left to choose but whom to write to, in organisations."""
        super().__init__(*args, **kwargs)
        if selection:
            for name in (*FILTERS, *(["roles"] if selection.is_of_people else [])):
                del self.fields[name]
            return
        networks = Organisation.objects.public().filter(kind="network").only("slug", "name", "short_name")
        self.fields["network"].queryset = networks.order_by("search_name")

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_body(self) -> str:
        return self._checked("body")

    def _checked(self, name: str) -> str:
        """Every field of the text is one that we know: else a sentence, at its line."""
        text = self.cleaned_data[name]
        mailing_letters.check(text)
        return text

    def query(self) -> str:
        """The choice, as the directory would write it in its address."""
        found = {name: [] for name in FILTERS} | self.cleaned_data
        pairs = [("network", each.slug) for each in found["network"]]
        pairs += [("region", each.code) for each in found["region"]]
        pairs += [("signatory", each) for each in found["signatory"]]
        pairs += [("kind", each) for each in found["organisation_kind"]]
        pairs += [("axis", str(each.number)) for each in found["axis"]]
        query = urlencode(pairs)
        if len(query) > 1000:
            raise ValidationError("Trop de filtres à la fois : choisissez-en moins, ou n’en choisissez aucun.")
        return query

    def fields_of_act(self) -> dict:
        """People who were ticked are written to whatever their role."""
        found = {"roles": Membership.Role.values} | self.cleaned_data
        return {name: found[name] for name in ("subject", "body", "kind", "roles")} | {"query": self.query()}


def initial_of(mailing: Mailing) -> dict:
    asked = QueryDict(mailing.query)
    found = {name: asked.getlist(name) for name in ("network", "region", "signatory", "axis")}
    found["organisation_kind"] = asked.getlist("kind")
    return found | {"subject": mailing.subject, "body": mailing.body, "kind": mailing.kind, "roles": mailing.roles}


def organisations_of(mailing: Mailing, user):
    """Those that the choice reaches, of the directory or of a list, within what the agent may write."""
    if mailing.selection:
        rows = Organisation.objects.visible_to(user)
        return (rows if user.is_national else rows.writable_by(user)), ()
    criteria, problems = organisations.parse(QueryDict(mailing.query))
    if problems:  # a network or région that exists no more: never a wider choice than the one that was made
        return Organisation.objects.none(), problems
    rows = criteria.queryset()
    return (rows if user.is_national else rows.filter(pk__in=Organisation.objects.writable_by(user).values("pk"))), ()


def choice_in_words(mailing: Mailing) -> str:
    if mailing.selection:
        return selection_in_words(mailing.selection)
    criteria, _ = organisations.parse(QueryDict(mailing.query))
    labels = [choice.label for name in CHOICES for choice in getattr(criteria, name)]
    return ", ".join(labels) if labels else "toutes les organisations de l’annuaire"


def selection_in_words(selection: MailingSelection) -> str:
    many, noun = len(selection.keys) > 1, "personne" if selection.is_of_people else "organisation"
    chosen = f"{noun}s choisies" if many else f"{noun} choisie"
    return f"{number(len(selection.keys))} {chosen} dans une liste"
