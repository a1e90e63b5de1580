"""What agents type on lists and on the page of a partner."""

from django import forms

NOTE_MAX = 2000


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Noter quelque chose",
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Pour les agents seulement : le partenaire ne la lit jamais.",
        error_messages={
            "required": "Écrivez la note avant de la garder.",
            "max_length": f"La note compte plus de {NOTE_MAX} caractères : raccourcissez-la.",
        },
    )
