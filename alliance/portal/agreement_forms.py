"""What both sides type about an agreement. Each form is given the ``subject`` that it is about."""

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.lib import french
from partners.actions.agreement_signing import Place
from partners.forms.fields import ProseField, day_field, text_field
from partners.models import Agreement, AgreementTemplate, Membership, User
from partners.models.agreement_review import DIMENSIONS, QUESTIONS, Mark
from partners.models.agreement_signing import Side

PLACES = 6


class SubjectForm(forms.Form):
    def __init__(self, *args, subject, **options):
        super().__init__(*args, **options)
        self.subject = subject


class MotiveForm(SubjectForm):
    motive = text_field(
        500,
        kind=ProseField,
        required="Donnez le motif en quelques mots.",
        label="Motif",
        help_text="Il reste dans la vie de l’accord, et les deux côtés le lisent.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EndForm(MotiveForm):
    on = day_field("Dernier jour", help_text="Sans date : le terme s’il est passé, sinon aujourd’hui.")


class RenewForm(MotiveForm):
    ends_on = day_field("Nouveau terme (inclus)", help_text="Il se change encore dans le texte.")


class ChangesForm(SubjectForm):
    changes = text_field(
        500,
        kind=ProseField,
        required="Dites en une phrase ce qui change.",
        label="Ce qui change",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewOpeningForm(SubjectForm):
    due_on = forms.DateField(
        label="À répondre avant le",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Donnez une date.", "invalid": "Donnez une date, comme 31/12/2026."},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=21)


class ReviewClosingForm(SubjectForm):
    motive = text_field(
        500,
        kind=ProseField,
        label="Motif",
        help_text="Seulement si un côté n’a pas répondu.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CommentForm(SubjectForm):
    text = text_field(
        2000,
        kind=ProseField,
        required="Écrivez votre commentaire.",
        label="Commentaire",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    passage = forms.ChoiceField(label="Passage", required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        passages = self.subject.version.passages if self.subject.version else []
        self.fields["passage"].choices = [("", "L’ensemble du texte"), *((each, each) for each in passages)]


class RemarkForm(SubjectForm):
    text = text_field(
        2000,
        kind=ProseField,
        required="Écrivez votre remarque.",
        label="Remarque interne",
        help_text="Seuls les agents de La Poste la lisent.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FileForm(SubjectForm):
    name = text_field(120, required="Nommez cette pièce.", label="Nom de la pièce")
    upload = forms.FileField(
        label="Fichier",
        help_text="PDF ou image, 10 Mo au plus.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Le fichier est vide."},
    )


class StaffFileForm(FileForm):
    shared = forms.BooleanField(label="Montrer aussi au partenaire", required=False)


class SignedCopyForm(SubjectForm):
    upload = forms.FileField(
        label="Exemplaire signé, numérisé",
        help_text="PDF ou image, 10 Mo au plus.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Le fichier est vide."},
    )
    signed_on = forms.DateField(
        label="Signé le",
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Donnez une date.", "invalid": "Donnez une date, comme 31/12/2026."},
    )


class SignForm(SubjectForm):
    consent = forms.BooleanField(error_messages={"required": "Cochez la phrase pour signer."})

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["consent"].label = self.subject.consent


class AnswerForm(SubjectForm):
    """The same short grid for both sides."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in DIMENSIONS:
            self.fields[name] = forms.TypedChoiceField(
                label=f"{name.capitalize()}. {QUESTIONS[name].rstrip('.')}",
                coerce=int,
                choices=Mark.choices,
                widget=forms.RadioSelect(attrs={"class": "choices--line"}),
                error_messages={"required": "Choisissez une réponse."},
            )
            self.fields[f"{name}_words"] = text_field(500, label="Un exemple, une précision")


class ActionForm(SubjectForm):
    dimension = forms.ChoiceField(label="À propos de", choices=[(name, name) for name in DIMENSIONS])
    title = text_field(200, required="Dites ce qui sera fait.", label="Ce qui sera fait")
    owner = forms.ModelChoiceField(
        User.objects.none(), label="Par", error_messages={"required": "Choisissez quelqu’un."}
    )
    due_on = forms.DateField(
        label="Avant le",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Donnez une date.", "invalid": "Donnez une date, comme 31/12/2026."},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = candidates(self.subject.agreement, self.subject.user)


def candidates(agreement: Agreement, user: User):
    """Whoever may be named on an agreement: its referents, the agent, and the organisation's people."""
    here = Membership.objects.live().filter(organisation=agreement.organisation_id, user__is_active=True)
    named = [pk for pk in (agreement.referent_id, user.pk if user.is_staff else None) if pk]
    people = User.objects.filter(is_active=True, pk__in=[*named, *here.values_list("user", flat=True)])
    return people.order_by("full_name", "email")


class AmountField(forms.DecimalField):
    """« 12 000,50 » as people write it, thin spaces included."""

    widget = forms.TextInput

    def to_python(self, value):
        typed = "".join(value.split()).replace(",", ".") if isinstance(value, str) else value
        return super().to_python(typed)


class VersionForm(SubjectForm):
    """The text of a version and what it says of dates and money."""

    changes = text_field(500, label="Ce qui change", help_text="Pour un avenant : en une phrase.")
    text = text_field(
        60_000,
        kind=ProseField,
        required="Écrivez le texte.",
        label="Texte",
        help_text="Une ligne qui commence par « # » est un titre. Laissez une ligne vide entre deux paragraphes.",
        widget=forms.Textarea(attrs={"rows": 22}),
    )
    starts_on = day_field("Prend effet le")
    ends_on = day_field("Jusqu’au (inclus)", help_text="Sans date : sans terme.")
    amount = AmountField(
        label="Montant en euros",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text="Jamais public.",
        error_messages={"invalid": "Donnez un montant, comme 12 000 ou 12000,50.", "min_value": "Un montant positif."},
    )
    read_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, subject, **options):
        version = subject.version
        cents = version.amount_cents
        initial = {name: getattr(version, name) for name in ("changes", "text", "starts_on", "ends_on")}
        initial["amount"] = "" if cents is None else f"{Decimal(cents) / 100:.2f}".replace(".", ",")
        initial["read_at"] = version.updated_at.isoformat()
        super().__init__(*args, subject=subject, initial=initial, **options)
        if version.kind == version.Kind.INITIAL:
            del self.fields["changes"]

    @property
    def said(self) -> dict:
        said = {key: value for key, value in self.cleaned_data.items() if key != "amount"}
        amount = self.cleaned_data["amount"]
        return said | {"amount_cents": None if amount is None else int(amount * 100)}


class NewAgreementForm(forms.Form):
    title = text_field(200, required="Donnez l’objet de l’accord.", label="Objet")
    kind = forms.ChoiceField(label="Nature", choices=Agreement.Kind)
    template = forms.ModelChoiceField(
        AgreementTemplate.objects.none(), label="Modèle", required=False, empty_label="Une page blanche"
    )
    starts_on = day_field("Prend effet le")
    ends_on = day_field("Jusqu’au (inclus)")
    partner_referent = forms.ModelChoiceField(
        User.objects.none(), label="Référent du partenaire", required=False, empty_label="Pas encore connu"
    )

    def __init__(self, *args, organisation, **options):
        super().__init__(*args, **options)
        here = Membership.objects.live().filter(organisation=organisation, user__is_active=True)
        people = User.objects.filter(pk__in=here.values("user"), is_active=True)
        self.fields["partner_referent"].queryset = people.order_by("full_name", "email")
        self.fields["template"].queryset = AgreementTemplate.objects.filter(is_current=True)


class OrderForm(SubjectForm):
    """Who signs, in which order: a rank and a quality for each person who may."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.people = list(signatories(self.subject))
        ranked: dict[str, str] = {}
        ranks = [("", "ne signe pas"), *((str(n), f"n° {n}") for n in range(1, PLACES + 1))]
        for side, person, job_title in self.people:
            rank = forms.ChoiceField(label=f"{person}, pour {side.label}", choices=ranks, required=False)
            self.fields[f"rank_{person.pk}"] = rank
            job = text_field(120, label=f"Qualité {french.of(str(person))}")
            job.initial = job_title
            if side not in ranked:
                ranked[side] = rank.initial = str(len(ranked) + 1)
            self.fields[f"job_{person.pk}"] = job

    def clean(self):
        ranked = []
        for side, person, _ in self.people:
            if rank := self.cleaned_data.get(f"rank_{person.pk}"):
                job_title = self.cleaned_data.get(f"job_{person.pk}", "")
                if not job_title:
                    self.add_error(f"job_{person.pk}", "Donnez sa qualité : elle figure sur le papier.")
                ranked.append((int(rank), Place(side, person, job_title)))
        ranked.sort(key=lambda each: each[0])
        if [rank for rank, _ in ranked] != list(range(1, len(ranked) + 1)):
            raise ValidationError("Donnez à chaque signataire son rang : 1, 2, 3… sans trou ni doublon.")
        self.order = [place for _, place in ranked]
        return self.cleaned_data

    @property
    def pairs(self):
        return [(self[f"rank_{person.pk}"], self[f"job_{person.pk}"]) for _, person, _ in self.people]


def signatories(subject):
    """``(side, person, quality)``: the entitled representatives, then the referent and the agent."""
    agreement = subject.agreement
    here = Membership.objects.live().filter(organisation=agreement.organisation_id, role="signatory")
    here = here.filter(user__is_active=True).select_related("user").order_by("user__full_name", "pk")
    for membership in here[:PLACES]:
        yield Side.PARTNER, membership.user, membership.job_title
    agents = User.objects.filter(pk__in=[agreement.referent_id, subject.user.pk], is_active=True, is_staff=True)
    for agent in agents.select_related("perimeter").order_by("full_name", "pk"):
        yield Side.POSTE, agent, agent.perimeter.job_title if hasattr(agent, "perimeter") else ""
