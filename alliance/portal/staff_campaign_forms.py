"""What agents type for a re-engagement campaign and for a mandate that they enter."""

from django import forms

from charter.forms import MandateForm
from charter.models.reminder import Group

MOTIVE_MAX = 500


class DayField(forms.DateField):
    def __init__(self, **options):
        errors = {"required": "Donnez cette date.", "invalid": "Donnez une date, comme 31/12/2026."}
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, error_messages=errors, **options)


class MotiveField(forms.CharField):
    def __init__(self, **options):
        errors = {
            "required": "Donnez le motif en quelques mots.",
            "max_length": f"Le motif compte plus de {MOTIVE_MAX} caractères : raccourcissez-le.",
        }
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(label="Motif", max_length=MOTIVE_MAX, widget=widget, error_messages=errors, **options)


class CampaignForm(forms.Form):
    opens_on = DayField(label="S’ouvre le", help_text="Au plus tôt : un agent l’ouvrira ce jour-là ou après.")
    closes_on = DayField(label="Se termine le (inclus)", help_text="La date que lisent les partenaires.")
    grace_on = DayField(
        label="Délai de grâce jusqu’au (inclus)",
        help_text="Jusque-là, qui n’a pas répondu garde la mention publique « réengagement en cours ».",
    )


class ReminderForm(forms.Form):
    """First step: whom to remind."""

    group = forms.ChoiceField(
        label="Qui relancer",
        choices=Group,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez à qui écrire."},
    )
    again = forms.BooleanField(label="Inclure aussi les personnes relancées il y a moins de sept jours", required=False)


class ConfirmForm(forms.Form):
    """Second step: the word that lets the letters leave."""

    motive = MotiveField(help_text="Il reste avec la relance, pour l’équipe. Les destinataires ne le lisent pas.")
    again = forms.BooleanField(
        label="Je confirme : certaines ont été relancées il y a moins de sept jours", required=False
    )


class ClosingForm(forms.Form):
    motive = MotiveField(help_text="Il reste avec le registre.")


class StaffMandateForm(MandateForm):
    """A mandate entered for somebody else: the holder is one of the organisation's people."""

    person = forms.ModelChoiceField(
        None,
        label="Mandataire",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choisissez la personne.",
            "invalid_choice": "Choisissez une personne de la liste.",
        },
    )
    field_order = ("person", "kind", "job_title", "starts_on", "ends_on", "document")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        del self.fields["version"]
        self.fields["kind"].label = "Son pouvoir vient"
        self.fields["kind"].choices = [
            ("legal", "des statuts : cette personne est représentante légale"),
            ("delegate", "d’une délégation écrite"),
        ]
        self.fields["job_title"].label = "Sa qualité"
        self.fields[
            "document"
        ].help_text = "PDF, PNG ou JPEG, 5 Mo au plus : statuts, procès-verbal ou délégation signée."
