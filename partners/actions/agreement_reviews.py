"""The reciprocal review: opened by La Poste, answered blind by both sides, then decided upon together."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from partners.actions.agreements import Event, State, locked, note, tell
from partners.models import Agreement, AgreementAction, AgreementReview, ReviewAnswer, User
from partners.models.agreement_review import gaps
from partners.models.agreement_signing import Side

ANSWERED = "Votre côté a déjà répondu à ce bilan : une réponse ne se change pas."


def open_review(*, agreement: Agreement, by: User, due_on: date) -> AgreementReview:
    """Ask both sides. Raises Conflict "not_active", "review_open", "past_day"."""
    with conflict_on("agreement_review_open_once", "Un bilan de cet accord est déjà ouvert.", code="review_open"):
        agreement = locked(agreement, by)
        if agreement.state != State.ACTIVE:
            raise Conflict("Un bilan porte sur un accord en vigueur ou arrivé à terme.", code="not_active")
        if due_on < timezone.localdate():
            raise Conflict("Laissez aux deux côtés le temps de répondre : choisissez un jour à venir.", code="past_day")
        review = AgreementReview.objects.create(
            agreement=agreement, opened_at=timezone.now(), opened_by=by, due_on=due_on
        )
        tell(note(agreement, Event.REVIEW, by), Side.POSTE, Side.PARTNER)
    return review


def answer_review(*, review: AgreementReview, side: str, by: User, **answers) -> ReviewAnswer:
    """Answer once for one's side; the second answer uncovers both. Raises Conflict "closed", "already_answered"."""
    with conflict_on("review_answer_once", ANSWERED, code="already_answered"):
        agreement = locked(review.agreement_id, by, side)
        review = AgreementReview.objects.get(pk=review.pk)
        if review.closed_at:
            raise Conflict("Ce bilan est clos.", code="closed")
        answer = ReviewAnswer(review=review, side=side, person=by, answered_at=timezone.now(), **answers)
        answer.full_clean(validate_unique=False, validate_constraints=False)
        answer.save()
        note(agreement, Event.ANSWERED, by, what=Side(side).label)
        if review.answers.count() == 2:
            tell(note(agreement, Event.COMPARED, None), Side.POSTE, Side.PARTNER)
    return answer


@transaction.atomic
def decide_action(
    *, review: AgreementReview, by: User, dimension: str, title: str, owner: User, due_on: date
) -> AgreementAction:
    """Turn a gap into something that somebody does by a day. Raises Conflict "not_compared", "past_day"."""
    agreement = locked(review.agreement_id, by)
    if review.answers.count() < 2:
        raise Conflict("Les deux côtés doivent d’abord avoir répondu.", code="not_compared")
    if due_on < timezone.localdate():
        raise Conflict("Choisissez un jour à venir.", code="past_day")
    action = AgreementAction(
        agreement=agreement, review=review, dimension=dimension, title=title.strip(), owner=owner, due_on=due_on
    )
    action.full_clean(exclude=["done_at", "done_by"])
    action.save()
    tell(note(agreement, Event.ACTION, by, what=f"{action.title} ({owner})"), Side.POSTE, Side.PARTNER)
    return action


@transaction.atomic
def close_review(*, review: AgreementReview, by: User, motive: str = "") -> AgreementReview:
    """Close it when each gap has its action; without both answers, only with a reason.

    Raises Conflict "closed", "gap_without_action", "no_answer".
    """
    agreement = locked(review.agreement_id, by)
    review = AgreementReview.objects.get(pk=review.pk)
    if review.closed_at:
        raise Conflict("Ce bilan est clos.", code="closed")
    answers = {answer.side: answer for answer in review.answers.all()}
    if len(answers) < 2 and not motive.strip():
        raise Conflict("Un côté n’a pas répondu : dites pourquoi le bilan se clôt ainsi.", code="no_answer")
    decided = set(review.actions.values_list("dimension", flat=True))
    if missing := [name for name in gaps(answers) if name not in decided]:
        raise Conflict(f"Décidez d’abord d’une action sur : {', '.join(missing)}.", code="gap_without_action")
    review.closed_at = timezone.now()
    review.save(update_fields=["closed_at"])
    note(agreement, Event.COMPARED, by, what="bilan clos", motive=motive)
    return review


@transaction.atomic
def finish_action(*, action: AgreementAction, side: str, by: User) -> AgreementAction:
    """Say that an action is done. Raises Conflict "already_done"."""
    agreement = locked(action.agreement_id, by, side)
    action = AgreementAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if action.done_at:
        raise Conflict("Cette action est déjà faite.", code="already_done")
    action.done_at, action.done_by = timezone.now(), by
    action.save(update_fields=["done_at", "done_by"])
    note(agreement, Event.DONE, by, what=action.title)
    return action
