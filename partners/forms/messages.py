"""What somebody types to write to the agents of a région."""

from django import forms


class MessageForm(forms.Form):
    email = forms.EmailField(
        label="Votre adresse électronique",
        help_text="Pour vous répondre, et pour rien d’autre. Elle n’est jamais publiée.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Donnez l’adresse où vous répondre.",
            "invalid": "Cette adresse n’est pas complète : écrivez-la comme nom@exemple.fr.",
            "null_characters_not_allowed": "L’adresse contient un caractère interdit.",
        },
    )
    text = forms.CharField(
        label="Votre message",
        help_text="Dites qui vous êtes, ce que vous cherchez ou proposez, et où.",
        min_length=20,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": "Écrivez votre message.",
            "min_length": "Dites-en un peu plus : vingt caractères au moins.",
            "max_length": "Votre message dépasse 2 000 caractères : raccourcissez-le.",
            "null_characters_not_allowed": "Le message contient un caractère interdit.",
        },
    )
