"""The acts on an agreement that are La Poste’s alone, beside those of both sides."""

from alliance.portal import agreement_forms as forms
from alliance.portal.agreement_acts import ANSWER, COMMENT, REFUSE, SIGN, Act, attach
from partners.actions import agreement_drafts, agreement_reviews, agreement_signing, agreement_talk
from partners.actions.agreements import activate_agreement, end_agreement


def _end(subject, form):
    end_agreement(agreement=subject.agreement, by=subject.user, **form.cleaned_data)


def _renew(subject, form):
    agreement_drafts.renew_agreement(agreement=subject.agreement, by=subject.user, **form.cleaned_data)


def _amend(subject, form):
    agreement_drafts.amend_agreement(agreement=subject.agreement, by=subject.user, **form.cleaned_data)


def _propose(subject, form):
    agreement_drafts.propose_version(version=subject.needs("version"), by=subject.user)


def _write(subject, form):
    agreement_drafts.write_version(version=subject.needs("version"), by=subject.user, **form.said)


def _drop(subject, form):
    agreement_drafts.drop_version(version=subject.needs("version"), by=subject.user, **form.cleaned_data)


def _activate(subject, form):
    activate_agreement(version=subject.needs("version"), by=subject.user)


def _send(subject, form):
    agreement_signing.send_for_signature(version=subject.needs("version"), by=subject.user, order=form.order)


def _remind(subject, form):
    agreement_signing.remind_signer(document=subject.needs("document"), by=subject.user)


def _recall(subject, form):
    document = subject.needs("document")
    agreement_signing.recall_agreement(document=document, by=subject.user, **form.cleaned_data)


def _deposit(subject, form):
    document = subject.needs("document")
    agreement_signing.deposit_signed_copy(document=document, by=subject.user, **form.cleaned_data)


def _remark(subject, form):
    agreement_talk.remark_agreement(agreement=subject.agreement, by=subject.user, **form.cleaned_data)


def _open_review(subject, form):
    agreement_reviews.open_review(agreement=subject.agreement, by=subject.user, **form.cleaned_data)


def _decide(subject, form):
    agreement_reviews.decide_action(review=subject.needs("review"), by=subject.user, **form.cleaned_data)


def _close_review(subject, form):
    agreement_reviews.close_review(review=subject.needs("review"), by=subject.user, **form.cleaned_data)


STAFF_ACTS = {
    "signer": SIGN,
    "refuser": REFUSE,
    "repondre": ANSWER,
    "commenter": COMMENT,
    "piece": Act(
        "Joindre une pièce",
        forms.StaffFileForm,
        "Joindre",
        attach,
        "La pièce est jointe.",
        "Elle n’est jamais publique.",
        anchor="pieces",
    ),
    "remarque": Act(
        "Noter une remarque interne", forms.RemarkForm, "Noter", _remark, "La remarque est notée.", anchor="remarques"
    ),
    "texte": Act(
        "Écrire le texte",
        forms.VersionForm,
        "Enregistrer",
        _write,
        "Le texte est enregistré.",
        "Il change jusqu’à la mise à la signature ; ensuite, plus rien n’y bouge.",
        "version",
        anchor="texte",
    ),
    "proposer": Act(
        "Proposer au partenaire",
        forms.SubjectForm,
        "Proposer",
        _propose,
        "Le partenaire peut lire et commenter.",
        "Le partenaire lira ce texte dans son espace et pourra le commenter. Rien n’est signé.",
        "version",
    ),
    "signature": Act(
        "Mettre à la signature",
        forms.OrderForm,
        "Mettre à la signature",
        _send,
        "Le papier est fixé ; le premier signataire est prévenu.",
        "Le texte devient un PDF qui ne change plus. Chacun signe à son tour, prévenu par courriel.",
        "version",
    ),
    "relancer": Act(
        "Relancer le signataire",
        forms.SubjectForm,
        "Envoyer la relance",
        _remind,
        "La relance part par courriel.",
        "La personne dont c’est le tour reçoit à nouveau le courriel qui ouvre le papier ; une fois par jour au plus.",
        "document",
        anchor="signatures",
    ),
    "exemplaire": Act(
        "Déposer l’exemplaire signé",
        forms.SignedCopyForm,
        "Déposer",
        _deposit,
        "L’exemplaire est déposé.",
        "Pour les signataires qui ont signé sur papier : tous ceux qui n’ont pas signé ici seront notés signataires "
        "à cette date.",
        "document",
    ),
    "rappeler": Act(
        "Rappeler de la signature",
        forms.MotiveForm,
        "Rappeler",
        _recall,
        "Le texte revient en discussion.",
        "Les signatures déjà données restent avec ce papier ; un autre papier sera signé en entier.",
        "document",
        danger=True,
    ),
    "mettre-en-vigueur": Act(
        "Mettre en vigueur",
        forms.SubjectForm,
        "Mettre en vigueur",
        _activate,
        "C’est en vigueur.",
        "Tous ont signé. La version court aux dates que dit son texte ; un avenant met fin la veille à ce qu’il "
        "remplace.",
        "version",
    ),
    "classer": Act(
        "Classer sans suite",
        forms.MotiveForm,
        "Classer sans suite",
        _drop,
        "C’est classé sans suite.",
        "Ce qui était en préparation s’arrête là.",
        "version",
        danger=True,
    ),
    "avenant": Act(
        "Ouvrir un avenant",
        forms.ChangesForm,
        "Ouvrir l’avenant",
        _amend,
        "L’avenant est ouvert : écrivez son texte.",
        "L’avenant commence comme une copie du texte en vigueur, qui reste en vigueur jusque-là.",
        anchor="texte",
    ),
    "renouveler": Act(
        "Renouveler",
        forms.RenewForm,
        "Préparer le renouvellement",
        _renew,
        "Le renouvellement est ouvert.",
        "Il commence le lendemain du terme et ne court qu’une fois signé, puis mis en vigueur par quelqu’un.",
        anchor="texte",
    ),
    "mettre-fin": Act(
        "Mettre fin à l’accord",
        forms.EndForm,
        "Mettre fin",
        _end,
        "L’accord a pris fin.",
        "Ce qui est en préparation s’arrête aussi. Le partenaire est prévenu, avec le motif.",
        danger=True,
    ),
    "bilan": Act(
        "Ouvrir un bilan partagé",
        forms.ReviewOpeningForm,
        "Ouvrir le bilan",
        _open_review,
        "Les deux côtés sont prévenus.",
        "Innovation, performance, confiance : la même grille pour les deux côtés, chacun sans voir l’autre, puis "
        "les deux réponses se lisent ensemble.",
        anchor="bilan",
    ),
    "action": Act(
        "Décider d’une action",
        forms.ActionForm,
        "Décider",
        _decide,
        "L’action est décidée.",
        "Quelqu’un, quelque chose, avant une date : les deux côtés la lisent.",
        "review",
        anchor="bilan",
    ),
    "clore-bilan": Act(
        "Clore le bilan",
        forms.ReviewClosingForm,
        "Clore",
        _close_review,
        "Le bilan est clos.",
        "Chaque écart doit avoir son action.",
        "review",
        anchor="bilan",
    ),
}
