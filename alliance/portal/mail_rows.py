"""The letters that an agent may see, and what became of each: one rule for the list, its filters and the pages."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, Lower, NullIf

from alliance.lib.back_office_lists import CappedPaginator
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
    """Newest first; ``told`` adds what became of them."""
    rows = Owed.objects.filter(work__in=[work] if work in LETTERS else list(LETTERS))
    posted = seen_postings(user).filter(owed=OuterRef("pk"))
    if not user.is_national:
        rows = rows.filter(Exists(posted))
    if state in STATES:
        rows = rows.filter(STATES[state][1])
    if words:
        rows = rows.filter(Exists(posted.filter(address__contains=words.lower())))
    return rows.order_by("-pk")


def told(rows: QuerySet, user) -> QuerySet:
    """With ``last``, the last answer (code, words, address), and ``returned``, what came back since (fate, why)."""
    posted = seen_postings(user).filter(owed=OuterRef("pk")).order_by("-pk")
    notices = ReturnedMail.objects.filter(posting__owed=OuterRef("pk")).order_by("-fate", "-pk")
    if not user.is_national:
        notices = notices.filter(posting__in=seen_postings(user))
    why = Coalesce(NullIf("words", Value("")), "status")
    return rows.annotate(
        last=Subquery(posted.values(told=JSONObject(code="code", words="words", address="address"))[:1]),
        returned=Subquery(notices.values(told=JSONObject(fate="fate", why=why))[:1]),
    )


class LetterPaginator(CappedPaginator):
    """What became of the letters is read for those of the page alone, in the same statement."""

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self.object_list.values("pk")[first : min(first + self.per_page, self.count)]
        return self._get_page(Owed.objects.filter(pk__in=keys).order_by("-pk"), number, self)


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
    def address(self) -> str:
        return self.owed.last["address"] if self.owed.last else ""

    @property
    def answer(self) -> str:
        """The post's, or what the server behind it told later."""
        if self.owed.returned:
            return f"{RETURNED[self.owed.returned['fate']]} : {self.owed.returned['why']}"
        last = self.owed.last or {"code": None, "words": ""}
        return said(last["code"], last["words"], self.owed.last_error)


def _states(owed: Owed):
    yield "revenu", bool(owed.returned) and owed.returned["fate"] == "failed"
    yield "refusé", owed.state == State.SENT and bool(owed.last) and (owed.last["code"] or 0) >= 500
    yield "parti", owed.state == State.SENT
    yield "abandonné", owed.state == State.DEAD
    yield "sera retenté", owed.attempts > 0
    yield "en attente", True


def recipient_of(owed: Owed) -> MailingRecipient | None:
    """The line of the bulk mail that this letter belongs to."""
    if owed.work != "partners.send_mailing_letter":
        return None
    return MailingRecipient.objects.select_related("mailing").filter(pk=owed.args[0]).first()
