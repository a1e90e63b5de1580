"""Answer the survey: once each, and so that nobody can tell whose answer is whose."""

from datetime import datetime

from alliance.lib.errors import Conflict, conflict_on
from events.models import Registration, SurveyAnswer, SurveyMark
from events.models.survey import survey_state

MARKED_ONCE = "events_surveymark_registration_id_key"


def answer_survey(*, registration: Registration, marks: dict[str, int], words: str, at: datetime) -> None:
    """``marks``: from 1 to 5 for each of ``QUESTIONS``.

    Raises Conflict "not_present", "not_yet", "closed", "already_answered". The log of it, and what is returned, say
    nothing of the answer; the answers of the Convention are mixed in the same transaction.
    """
    convention = registration.convention
    state = survey_state(convention, at)
    if state == "not_yet":
        raise Conflict("Le questionnaire ouvre à la fin de la rencontre.", code="not_yet")
    if state == "closed":
        raise Conflict("Le questionnaire est clos.", code="closed")
    if not Registration.objects.filter(pk=registration.pk).present().exists():
        raise Conflict("Le questionnaire s’adresse aux personnes présentes.", code="not_present")
    with conflict_on(MARKED_ONCE, "Vous avez déjà répondu : merci.", code="already_answered"):
        SurveyMark.objects.create(registration=registration)
        answer = SurveyAnswer(convention=convention, words=words.strip(), **marks)
        answer.full_clean(exclude=["convention"])
        answer.save(force_insert=True)
        SurveyAnswer.objects.mix(convention)
