"""Letters about agreements: what has happened, whose turn it is to sign, and terms that come."""

from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from partners.models import Agreement, AgreementAlert, AgreementEvent, AgreementSigner, User
from partners.models.agreement_signing import Side
from partners.models.personal import LetterKind
from partners.wishes import wants

Kind = AgreementEvent.Kind
BLIND = (
    "Trois questions, cinq minutes. L’autre côté y répond aussi ; personne ne lit la réponse de l’autre "
    "avant d’avoir donné la sienne."
)
# What the subject says, then the first sentence.
NEWS = {
    Kind.SHARED: ("un texte à relire", "La Poste propose un texte. Relisez-le, commentez-le : rien n’est signé."),
    Kind.COMPLETE: ("signé par tous", "Tous ont signé. Il reste à le mettre en vigueur : rien ne se fait tout seul."),
    Kind.REFUSED: ("une signature refusée", "Une signature a été refusée. Le texte revient en discussion."),
    Kind.RECALLED: ("rappelé de la signature", "La Poste a rappelé le texte : il revient en discussion."),
    Kind.ACTIVATED: ("mis en vigueur", "L’accord est mis en vigueur, pour la période que dit son texte."),
    Kind.ENDED: ("fin de l’accord", "La Poste a enregistré la fin de l’accord. Il reste consultable."),
    Kind.DROPPED: ("classé sans suite", "La préparation de ce texte s’arrête là."),
    Kind.REVIEW: ("un bilan à remplir", BLIND),
    Kind.COMPARED: ("le bilan se lit à deux", "Les deux côtés ont répondu : leurs réponses se lisent ensemble."),
    Kind.ACTION: ("une action décidée", "Le bilan a donné une action, avec quelqu’un pour la mener et une date."),
}


def page_of(agreement: Agreement, reader: User) -> str:
    """The agreement's page where this person reads it."""
    if reader.is_staff:
        return reverse("staff_agreement", args=[agreement.public_id])
    return reverse("portal:space_agreement", args=[agreement.organisation.slug, agreement.public_id])


def send_news(event_id: int, user_id: int, *, message_id: str) -> None:
    """Nothing leaves for a closed account, nor for somebody who may not read the agreement any more."""
    event = AgreementEvent.objects.select_related("agreement__organisation", "by").get(pk=event_id)
    reader = _reader(user_id, event.agreement)
    if reader is None or event.kind not in NEWS or not wants(reader, LetterKind.AGREEMENTS):
        return
    subject, sentence = NEWS[event.kind]
    context = {"event": event, "subject": subject, "sentence": sentence}
    _send("agreement_news", event.agreement, reader, context, message_id)


def send_turn(signer_id: int, *, again: bool = False, message_id: str) -> None:
    """Nothing leaves when the document was recalled, or signed, meanwhile."""
    signer = AgreementSigner.objects.select_related("document__version__agreement__organisation", "person").get(
        pk=signer_id
    )
    if signer.document.outcome != "open" or signer.state != "awaiting":
        return
    agreement = signer.document.version.agreement
    if reader := _reader(signer.person_id, agreement):
        _send("agreement_turn", agreement, reader, {"signer": signer, "again": again}, message_id)


def send_term_alert(alert_id: int, user_id: int, *, message_id: str) -> None:
    """Nothing leaves when the term has moved, or the agreement has ended, meanwhile."""
    alert = AgreementAlert.objects.select_related("agreement__organisation", "agreement__referent").get(pk=alert_id)
    agreement = alert.agreement
    if agreement.state != Agreement.State.ACTIVE or agreement.ends_on != alert.term:
        return
    reader = _reader(user_id, agreement)
    if reader and wants(reader, LetterKind.AGREEMENTS):
        left = (alert.term - timezone.localdate()).days
        _send("agreement_term", agreement, reader, {"alert": alert, "left": left}, message_id)


def _reader(user_id: int, agreement: Agreement) -> User | None:
    reader = User.objects.filter(pk=user_id, is_active=True).first()
    return reader if reader and Agreement.objects.visible_to(reader).filter(pk=agreement.pk).exists() else None


def _send(template: str, agreement: Agreement, reader: User, context: dict, message_id: str) -> None:
    side = Side.POSTE if reader.is_staff else Side.PARTNER
    context |= {"agreement": agreement, "person": reader, "side": side, "path": page_of(agreement, reader)}
    mail.send(to=[reader.email], template=f"mail/partners/{template}.txt", context=context, message_id=message_id)
