"""What is typed at the welcome desk: a door to open, an entry, a place in a workshop."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from alliance.lib import french
from events.actions.workshop_doors import day_workshops
from events.models import Convention, Door, Registration, Workshop

TICKET = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class DoorForm(forms.ModelForm):
    class Meta:
        model = Door
        fields = ("name", "opens_at", "closes_at")
        widgets = {
            name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            for name in ("opens_at", "closes_at")
        }
        help_texts = {"name": "« Porte A », « Entrée du jardin » : ce que lira l’autre porte en cas de doublon."}


class WorkshopChoice(forms.ModelChoiceField):
    def label_from_instance(self, workshop: Workshop) -> str:
        left = workshop.capacity - workshop.taken
        told = french.count(left, "place libre", "places libres") if left > 0 else "complet"
        return f"{workshop.item.hours} : {workshop.item.title}, {told}"


class TicketForm(forms.Form):
    """``code`` is cleaned into the registration of this Convention that has it."""

    code = forms.CharField(label="Code du billet", max_length=20, widget=forms.TextInput(attrs=TICKET))

    def __init__(self, *args, convention: Convention, **kwargs):
        super().__init__(*args, **kwargs)
        self.convention = convention

    def clean_code(self) -> Registration:
        rows = Registration.objects.of_code(self.convention, self.cleaned_data["code"]).select_related("attendee")
        if (person := rows.first()) is None:
            raise ValidationError("Aucun billet de cette Convention n’a ce code.")
        return person


class EntryForm(TicketForm):
    """``key``: the same form sent twice is one entry."""

    door = forms.ModelChoiceField(
        label="Porte", queryset=Door.objects.none(), empty_label=None, to_field_name="public_id"
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, convention: Convention, at, **kwargs):
        super().__init__(*args, convention=convention, initial={"key": uuid.uuid4()}, auto_id="entree_%s", **kwargs)
        self.fields["door"].queryset = convention.doors.open(at)


class SeatForm(TicketForm):
    workshop = WorkshopChoice(label="Atelier", queryset=Workshop.objects.none(), empty_label="Choisir")
    leaving = forms.BooleanField(label="Laisser la place qu’il ou elle a dans un autre atelier", required=False)

    def __init__(self, *args, convention: Convention, at, **kwargs):
        super().__init__(*args, convention=convention, auto_id="place_%s", **kwargs)
        taken = Count("places", filter=Q(places__ended_at__isnull=True))
        self.fields["workshop"].queryset = day_workshops(convention, at).annotate(taken=taken)
