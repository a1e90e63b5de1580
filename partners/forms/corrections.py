"""What a reader types to report an error."""

from django import forms


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label="Qu’est-ce qui est à corriger ?",
        help_text="Dites ce qui est faux et ce qui serait juste. Ne nommez personne.",
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": "Dites ce qui est à corriger.",
            "min_length": "Dites-en un peu plus : dix caractères au moins.",
            "max_length": "Votre message dépasse 2 000 caractères : raccourcissez-le.",
            "null_characters_not_allowed": "Le texte contient un caractère interdit.",
        },
    )
