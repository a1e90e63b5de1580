"""The acts on an agreement, each a form and an action: the same list of them serves both places."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.portal import agreement_forms as forms
from charter.models import Mandate
from partners.actions import agreement_files, agreement_reviews, agreement_signing, agreement_talk
from partners.models import Agreement, AgreementDocument, AgreementReview, AgreementVersion, User
from partners.models.agreement_signing import Side


@dataclass
class Subject:
    """An agreement as one person finds it; the rest is read when it is asked for."""

    agreement: Agreement
    user: User
    side: str

    @cached_property
    def version(self) -> AgreementVersion | None:
        """What is being prepared, as far as this side may see it."""
        rows = AgreementVersion.objects.open().filter(agreement=self.agreement)
        return (rows if self.side == Side.POSTE else rows.filter(shared_at__isnull=False)).first()

    @cached_property
    def document(self) -> AgreementDocument | None:
        """The paper at signature."""
        rows = AgreementDocument.objects.filter(version=self.version, outcome="open")
        return rows.defer("content").first() if self.version else None

    @cached_property
    def review(self) -> AgreementReview | None:
        return AgreementReview.objects.open().filter(agreement=self.agreement).first()

    @property
    def consent(self) -> str:
        return agreement_signing.consent(self.agreement, self.side)

    def needs(self, what: str):
        """The version, the document or the review. Raises Conflict "nothing_there" without it."""
        found = getattr(self, what)
        if found is None:
            raise Conflict("Ce n’est plus le moment de cet acte : l’accord a changé entre-temps.", code="nothing_there")
        return found

    def power(self) -> str:
        """In virtue of what the person signs. Raises Conflict "no_power" without a verified mandate."""
        if self.side == Side.POSTE:
            return "agent de La Poste"
        mandates = Mandate.objects.valid(timezone.localdate())
        mandate = mandates.filter(person=self.user, organisation=self.agreement.organisation_id).first()
        if mandate is None:
            raise Conflict(
                "Il faut un mandat vérifié pour signer : déposez-le sur la page de la charte, un agent le vérifie.",
                code="no_power",
            )
        return f"{mandate.get_kind_display()}, mandat {mandate.public_id}"


@dataclass(frozen=True)
class Act:
    """``run(subject, form)`` does it; ``told`` is what the page then says. ``fresh``: after a recent sign-in only."""

    title: str
    form: type
    submit: str
    run: Callable
    told: str
    lead: str = ""
    needs: str = ""
    fresh: bool = False
    danger: bool = False
    anchor: str = ""

    @property
    def has_file(self) -> bool:
        return "upload" in self.form.base_fields


def _sign(subject, form):
    document = subject.needs("document")
    agreement_signing.sign_agreement(document=document, by=subject.user, power=subject.power())


def _refuse(subject, form):
    document = subject.needs("document")
    agreement_signing.refuse_agreement(document=document, by=subject.user, **form.cleaned_data)


def _comment(subject, form):
    version = subject.needs("version")
    agreement_talk.comment_version(version=version, side=subject.side, by=subject.user, **form.cleaned_data)


def attach(subject, form):
    agreement_files.attach_file(agreement=subject.agreement, side=subject.side, by=subject.user, **form.cleaned_data)


def _answer(subject, form):
    review = subject.needs("review")
    agreement_reviews.answer_review(review=review, side=subject.side, by=subject.user, **form.cleaned_data)


READ_FIRST = "Lisez le papier d’abord : c’est ce fichier-là que vous signez, et son empreinte est inscrite au journal."
BLIND = (
    "Trois réponses, cinq minutes. L’autre côté répond à la même grille. Personne ne lit la réponse de l’autre avant "
    "d’avoir donné la sienne ; une réponse donnée ne se change plus."
)
SIGN = Act("Signer", forms.SignForm, "Signer l’accord", _sign, "C’est signé.", READ_FIRST, "document", True)
REFUSE = Act(
    "Refuser de signer",
    forms.MotiveForm,
    "Refuser",
    _refuse,
    "Le refus est enregistré : le texte revient en discussion.",
    "Le texte reviendra en discussion, avec votre motif.",
    "document",
    True,
    True,
)
ANSWER = Act(
    "Répondre au bilan",
    forms.AnswerForm,
    "Donner cette réponse",
    _answer,
    "Votre réponse est enregistrée.",
    BLIND,
    "review",
    anchor="bilan",
)
COMMENT = Act(
    "Commenter le texte",
    forms.CommentForm,
    "Ajouter le commentaire",
    _comment,
    "Le commentaire est ajouté.",
    "Les deux côtés le lisent.",
    "version",
    anchor="commentaires",
)

SPACE_ACTS = {
    "signer": SIGN,
    "refuser": REFUSE,
    "repondre": ANSWER,
    "commenter": COMMENT,
    "piece": Act(
        "Joindre une pièce",
        forms.FileForm,
        "Joindre",
        attach,
        "La pièce est jointe.",
        "Les deux côtés la voient ; elle n’est jamais publique.",
        anchor="pieces",
    ),
}
