"""The one act that an agreement asks of whoever reads its page today: its button. All others are links beside it."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from alliance.lib.french import count, long_date, of
from partners.actions.agreement_signing import BETWEEN_LETTERS
from partners.models import Agreement, AgreementDocument, AgreementEvent, AgreementSigner, AgreementVersion
from partners.models.agreement_reference import blanks_left
from partners.models.agreement_signing import Side
from partners.models.agreement_version import Stage

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Step:
    """``words`` on the button, ``says`` why; ``there`` is an act's name, an anchor, or an address of its own."""

    title: str
    says: str
    words: str = ""
    there: str = ""
    tone: str = ""

    def href(self, base: str) -> str:
        return self.there if self.there.startswith(("#", "?", "/")) else f"{base}{self.there}/"


def following(paper: AgreementDocument) -> AgreementSigner | None:
    """Whose turn it is to sign this paper, among the signers that were fetched with it."""
    if paper.outcome != "open":
        return None
    return next((signer for signer in paper.signers.all() if signer.state == "awaiting"), None)


def at_signature(version: AgreementVersion | None) -> AgreementDocument | None:
    """The paper that somebody has still to sign."""
    paper = version.papers[-1] if version and version.papers else None
    return paper if paper and following(paper) else None


def staff_step(context: dict) -> Step | None:
    """What La Poste does next: what is in its hands first, then what it waits for, then what it may begin."""
    prepared = context["prepared"]
    if context["my_turn"]:
        return Step("C’est à vous de signer", "Lisez le papier, puis signez-le ou refusez-le.", "Signer", "signer")
    if prepared and prepared.stage != Stage.SIGNING:
        return _prepared(context, prepared)
    if context["due"] and not prepared:
        return Step("", "", "Renouveler", "renouveler")  # the page says above that its term is past
    return _review(context) or _awaited(context) or _begin(context)


def _prepared(context: dict, version: AgreementVersion) -> Step:
    name = version.label
    if version.stage == Stage.DRAFT:
        if not version.text.strip():
            return Step("Le texte est à écrire", f"{name} : rien n’y est encore.", "Écrire le texte", "texte")
        says = f"{name} : le partenaire ne voit rien avant que ce texte lui soit proposé."
        return Step("Un brouillon à proposer", says, "Proposer au partenaire", "proposer")
    if version.stage == Stage.SIGNED:
        says = f"{name} : rien ne se met en vigueur tout seul."
        return Step("Tous ont signé", says, "Mettre en vigueur", "mettre-en-vigueur")
    if open_comments := _open_comments(context, version):
        says = f"{name} : {count(open_comments, 'commentaire à régler', 'commentaires à régler')} avant la signature."
        there = f"?version={version.number}#commentaires"
        return Step("Les commentaires d’abord", says, "Lire les commentaires", there)
    if missing := _missing(version):
        return Step("Le texte est à compléter", f"{name} : il manque {missing}.", "Écrire le texte", "texte")
    says = f"{name}, proposé le {long_date(version.shared_at)} : aucun commentaire à régler."
    return Step("Prêt pour la signature", says, "Mettre à la signature", "signature")


def _open_comments(context: dict, version: AgreementVersion) -> int:
    if context["read"] is not version:
        return version.comments.filter(resolved_at=None).count()
    return sum(1 for comment in context["comments"] if comment.resolved_at is None)


def _missing(version: AgreementVersion) -> str:
    if version.starts_on is None:
        return "la date où il prend effet"
    return ", ".join(blanks_left(version.text))


def _review(context: dict) -> Step | None:
    review = context["review"]
    if review is None or review.closed_at:
        return None
    if not context["answered"]:
        return _answer(review)
    if not context["both"]:
        return None
    decided = {action.dimension for action in context["actions"] if action.review_id == review.pk}
    if undecided := [name for name in context["gaps"] if name not in decided]:
        says = f"Les deux réponses s’écartent : {', '.join(undecided)}."
        return Step("Un écart à traiter", says, "Décider d’une action", "action")
    says = "Les deux côtés ont répondu, et chaque écart a son action."
    return Step("Un bilan à clore", says, "Clore le bilan", "clore-bilan")


def _answer(review) -> Step:
    says = f"Trois questions, cinq minutes, avant le {long_date(review.due_on)}."
    return Step("Un bilan à remplir", says, "Répondre au bilan", "repondre")


def partner_step(context: dict, writes: bool) -> Step | None:
    """What the partner does next; nothing where nothing is asked of it."""
    prepared, paper = context["prepared"], at_signature(context["prepared"])
    if context["my_turn"] and writes:
        says = "Lisez le papier, puis signez-le ou refusez-le en disant pourquoi. Deux minutes."
        return Step("C’est à vous de signer", says, "Signer", "signer", "attention")
    if prepared and prepared.stage == Stage.SIGNED:
        says = "Vous n’avez plus rien à faire. La Poste met ce texte en vigueur, et vous le lirez ici."
        return Step("Tous ont signé", says, tone="ok")
    review = context["review"]
    asked = review and not review.closed_at and not context["answered"] and writes
    if prepared and prepared.stage == Stage.SHARED and writes and not (asked and _commented(prepared)):
        says = (
            f"La Poste vous propose ce texte ({prepared.label.lower()}). Relisez-le et commentez-le : rien n’est signé."
        )
        return Step("Un texte à relire", says, "Commenter le texte", "commenter")
    if asked:
        return _answer(review)
    if paper:
        signer = following(paper)
        says = f"C’est au tour {of(signer.name)}, {signer.job_title}, pour {Side(signer.side).label}."
        return Step("À la signature", says, "Lire le papier (PDF)", f"papiers/{paper.public_id}")
    return None


def _commented(version: AgreementVersion) -> bool:
    """The partner has said something that La Poste has still to settle."""
    return version.comments.filter(side=Side.PARTNER, resolved_at=None).exists()


def _awaited(context: dict) -> Step | None:
    """Somebody else is to sign: remind them, once a letter has had its time."""
    paper = at_signature(context["prepared"])
    if paper is None:
        return None
    signer, reminded = following(paper), last_reminder(context, paper)
    whom = f"{signer.name}, {signer.job_title}, pour {Side(signer.side).label}"
    asked = reminded or paper.turn_since
    says = f"{whom}. Dernier courriel le {long_date(asked)}."
    title = f"On attend la signature {of(signer.name)}"
    if timezone.now() < asked + BETWEEN_LETTERS:
        there = f"?version={context['prepared'].number}#signatures"
        return Step(title, says, "Voir où en sont les signatures", there)
    return Step(title, says, f"Relancer {signer.name}", "relancer")


def may_remind(context: dict) -> bool:
    step = None if context["my_turn"] else _awaited(context)
    return step is not None and step.there == "relancer"


def last_reminder(context: dict, paper: AgreementDocument):
    """When the one whose turn it is was last reminded; None if never."""
    kind = AgreementEvent.Kind.REMINDED
    return next((e.at for e in context["events"] if e.kind == kind and e.at > paper.turn_since), None)


def _begin(context: dict) -> Step | None:
    agreement, today = context["agreement"], context["today"]
    if agreement.state in (Agreement.State.ENDED, Agreement.State.VOID):
        there = reverse("staff_agreement_new", args=[agreement.organisation.slug])
        return Step("", "", "Ouvrir un autre accord", there)
    if context["prepared"] or agreement.state != Agreement.State.ACTIVE:
        return None
    if agreement.ends_on and agreement.ends_on <= today + SOON:
        return Step("Le terme approche", f"Le {long_date(agreement.ends_on)}.", "Renouveler", "renouveler")
    return Step("", "", "Ouvrir un avenant", "avenant")
