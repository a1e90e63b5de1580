"""The letters that an agent may see, and what became of each: one rule for the list, its filters and the pages."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from alliance.lib.french import long_date
from alliance.outbox.models import Owed, Posting, State
from alliance.portal.mail_kinds import LETTERS, label_of, said
from partners.models import MailingRecipient, ReturnedMail, User

STATES = {
    "en-attente": ("En attente", Q(state=State.PENDING, attempts=0)),
    "en-echec": ("Refusés, seront retentés", Q(state=State.PENDING, attempts__gt=0)),
    "abandonnes": ("Abandonnés", Q(state=State.DEAD)),
    "partis": ("Partis", Q(state=State.SENT)),
    "revenus": ("Revenus", Q(pk__in=ReturnedMail.objects.filter(fate="failed").values("posting__owed"))),
}
RETURNED = {"failed": "revenu", "delayed": "retardé par le serveur du destinataire"}


def seen_postings(user) -> QuerySet:
    """For a delegate, their own and those to the people of the perimeter; the national team sees all."""
    if user.is_national:
        return Posting.objects.all()
    people = (
        User.objects.visible_to(user).exclude(Q(is_staff=True) & ~Q(pk=user.pk)).annotate(lower_email=Lower("email"))
    )
    return Posting.objects.filter(address__in=people.values("lower_email"))


def letters(user, *, state: str = "", work: str = "", words: str = "") -> QuerySet:
    """Newest first, with the last answer: ``code``, ``words``, ``address``; and what came back: ``fate``, ``why``."""
    rows = Owed.objects.filter(work__in=[work] if work in LETTERS else list(LETTERS))
    posted = seen_postings(user).filter(owed=OuterRef("pk"))
    if not user.is_national:
        rows = rows.filter(Exists(posted))
    if state in STATES:
        rows = rows.filter(STATES[state][1])
    if words:
        rows = rows.filter(Exists(posted.filter(address__contains=words.lower())))
    last = posted.order_by("-pk")
    notices = ReturnedMail.objects.filter(posting__owed=OuterRef("pk")).order_by("-fate", "-pk")
    if not user.is_national:
        notices = notices.filter(posting__in=seen_postings(user))
    return rows.annotate(
        fate=Subquery(notices.values("fate")[:1]),
        why=Subquery(notices.values(why=Coalesce(NullIf("words", Value("")), "status"))[:1]),
        code=Subquery(last.values("code")[:1]),
        words=Subquery(last.values("words")[:1]),
        address=Subquery(last.values("address")[:1]),
    ).order_by("-pk")


def notices_of(postings: list[Posting]) -> dict[int, list[str]]:
    """By delivery, what was told of it later, oldest first; one query."""
    told: dict[int, list[str]] = {}
    for notice in ReturnedMail.objects.filter(posting__in=postings).order_by("pk"):
        doubt = "" if notice.is_proven else " (avis sans le numéro de ce courriel : à vérifier)"
        when = f"{RETURNED[notice.fate]} le {long_date(notice.noted_at)}"
        told.setdefault(notice.posting_id, []).append(f"{when} : {notice.words or notice.status}{doubt}")
    return told


@dataclass(frozen=True)
class Letter:
    """A line of the list."""

    owed: Owed

    @property
    def label(self) -> str:
        return label_of(self.owed.work)

    @property
    def state(self) -> str:
        return next(label for label, holds in _states(self.owed) if holds)

    @property
    def answer(self) -> str:
        """The post's, or what the server behind it told later."""
        told = said(self.owed.code, self.owed.words or "", self.owed.last_error)
        return f"{RETURNED[self.owed.fate]} : {self.owed.why}" if self.owed.fate else told


def _states(owed: Owed):
    yield "revenu", owed.fate == "failed"
    yield "refusé", owed.state == State.SENT and (owed.code or 0) >= 500
    yield "parti", owed.state == State.SENT
    yield "abandonné", owed.state == State.DEAD
    yield "sera retenté", owed.attempts > 0
    yield "en attente", True


def recipient_of(owed: Owed) -> MailingRecipient | None:
    """The line of the bulk mail that this letter belongs to."""
    if owed.work != "partners.send_mailing_letter":
        return None
    return MailingRecipient.objects.select_related("mailing").filter(pk=owed.args[0]).first()
