"""What staff type of a programme: a temps, the places of a workshop, who speaks, a Convention after a past one."""

from datetime import datetime, timedelta

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.text import slugify

from alliance.lib import french
from events.models import Convention, ProgrammeItem
from partners.models import Axis


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


class ItemForm(forms.Form):
    """``item`` as it is drafted, or none for a new one, whose kind is then asked; the day when there are several."""

    kind = forms.ChoiceField(label="Nature", choices=ProgrammeItem.Kind.choices)
    title = forms.CharField(label="Titre", max_length=160)
    day = forms.ChoiceField(label="Jour")
    starts = forms.TimeField(label="Début", widget=HourInput())
    ends = forms.TimeField(label="Fin", widget=HourInput())
    room = forms.CharField(label="Salle", max_length=80, required=False)
    online_url = forms.URLField(
        label="Adresse pour suivre en ligne",
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        error_messages={"invalid": "Donnez une adresse entière, qui commence par https://."},
        help_text="Montrée aux seules personnes qui ont leur place. Le public lit « en ligne ».",
    )
    summary = forms.CharField(
        label="Contenu", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    axis = forms.ModelChoiceField(label="Axe d’action", queryset=Axis.objects.none(), required=False)
    capacity = forms.IntegerField(label="Places de l’atelier", min_value=0, max_value=100_000, required=False)

    def __init__(self, data=None, *, convention: Convention, item: ProgrammeItem | None = None):
        super().__init__(data, initial=_initial(item) if item else {"day": _day(convention.starts_at).isoformat()})
        self.item = item
        days = _days(convention, item)
        self.fields["day"].choices = [(day.isoformat(), french.full_date(day).capitalize()) for day in days]
        if len(days) == 1:
            self.only_day = days[0]
            del self.fields["day"]
        self.fields["axis"].queryset = Axis.objects.current()
        self.fields["axis"].help_text = "" if item else "Pour un atelier."
        self.fields["capacity"].help_text = "Pour un atelier."
        if item:
            del self.fields["kind"], self.fields["capacity"]
            if not hasattr(item, "workshop"):
                del self.fields["axis"]

    def clean(self):
        typed = super().clean()
        if typed.get("starts") and typed.get("ends") and typed["ends"] <= typed["starts"]:
            self.add_error("ends", "La fin précède le début.")
        return typed

    @property
    def words(self) -> dict:
        typed = self.cleaned_data
        day = datetime.fromisoformat(typed["day"]).date() if "day" in self.fields else self.only_day
        paris = timezone.get_default_timezone()
        return {name: typed[name] for name in ("title", "room", "online_url", "summary")} | {
            "starts_at": datetime.combine(day, typed["starts"], paris),
            "ends_at": datetime.combine(day, typed["ends"], paris),
        }


def _day(moment: datetime):
    return timezone.localdate(moment)


def _days(convention: Convention, item: ProgrammeItem | None) -> list:
    first, last = _day(convention.starts_at), _day(convention.ends_at)
    days = [first + timedelta(days=number) for number in range(min((last - first).days, 30) + 1)]
    return sorted({*days, _day(item.starts_at)}) if item else days


def _initial(item: ProgrammeItem) -> dict:
    return {name: getattr(item, name) for name in ("title", "room", "online_url", "summary")} | {
        "day": _day(item.starts_at).isoformat(),
        "starts": timezone.localtime(item.starts_at).time(),
        "ends": timezone.localtime(item.ends_at).time(),
        "axis": item.workshop.axis if hasattr(item, "workshop") else None,
    }


class PlacesForm(forms.Form):
    capacity = forms.IntegerField(label="Places de l’atelier", min_value=0, max_value=100_000)


class SpeakerForm(forms.Form):
    name = forms.CharField(label="Prénom et nom", max_length=120)
    function = forms.CharField(label="Fonction", max_length=160, required=False)
    organisation_words = forms.CharField(label="Organisation", max_length=160, required=False)
    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Un courriel y demande son accord. L’adresse n’est jamais publiée.",
    )


class PublishForm(forms.Form):
    note = forms.CharField(
        label="Pourquoi, en une phrase",
        max_length=280,
        required=False,
        help_text="Public : « La verrière est en travaux. »",
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class AfterForm(forms.Form):
    """A new Convention after ``model``: its title, and its first day."""

    title = forms.CharField(label="Titre", max_length=160)
    day = forms.DateField(label="Premier jour", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data=None, *, model: Convention):
        year = _day(model.starts_at).year
        title = model.title.replace(str(year), str(year + 1))
        super().__init__(data, initial={"title": title})
        self.model = model

    def clean(self):
        typed = super().clean()
        slug = slugify(typed.get("title", ""))[:80]
        if typed.get("title") and not slug:
            self.add_error("title", "Donnez un titre qui contienne des lettres.")
        elif slug and Convention.objects.filter(slug=slug).exists():
            self.add_error("title", "Une Convention porte déjà ce titre : ajoutez-y l’année, ou un mot.")
        return typed | {"slug": slug}
