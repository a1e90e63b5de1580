"""The one question of an alert."""

from django import forms


class AlertForm(forms.Form):
    email = forms.EmailField(
        label="Votre adresse électronique",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Elle ne sert qu’à cette alerte, n’est donnée à personne et s’efface quand vous l’arrêtez.",
    )
