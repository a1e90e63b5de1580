"""What one corrects and chooses about oneself."""

from django import forms

from partners.forms.fields import text_field


class NameForm(forms.Form):
    full_name = text_field(
        120,
        label="Prénom et nom",
        help_text="Lu par vos collègues et par La Poste, jamais publié.",
        required="Donnez votre nom.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class LettersForm(forms.Form):
    """``shown``: the page was seen, so that no box ticked means « none of them »."""

    shown = forms.CharField(
        widget=forms.HiddenInput, initial="1", error_messages={"required": "Rouvrez la page : rien n’est enregistré."}
    )
    wanted = forms.MultipleChoiceField(
        label="Courriels que je veux recevoir",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )

    def __init__(self, *args, letters, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wanted"].choices = letters


class EraseForm(forms.Form):
    understood = forms.BooleanField(
        label="J’ai compris : mon compte sera fermé et cela ne se défait pas.",
        error_messages={"required": "Cochez la case pour confirmer."},
    )
