"""The short survey after a gathering: answers that nobody can lead back to a person, and who has answered."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Q

from events.models.convention import Convention
from events.models.registration import Registration

SURVEY_LIFE = timedelta(days=21)
LEAST_ANSWERS = 5
QUESTIONS = ("innovation", "performance", "confiance")


def survey_ends_at(convention: Convention) -> datetime:
    return convention.ends_at + SURVEY_LIFE


def survey_state(convention: Convention, at: datetime) -> str:
    """ "not_yet", "open" or "closed". Averages are told once it is closed: between two of them lies one answer."""
    if at < convention.ends_at or convention.state != Convention.State.PUBLISHED:
        return "not_yet"
    return "open" if at < survey_ends_at(convention) else "closed"


class SurveyMark(models.Model):
    """« Has answered », and nothing more: neither what, nor when."""

    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="survey_mark", verbose_name="inscription"
    )

    class Meta:
        verbose_name = "réponse reçue"
        verbose_name_plural = "réponses reçues"

    def __str__(self):
        return f"a répondu : {self.registration_id}"


class SurveyAnswerQuerySet(models.QuerySet):
    def mix(self, convention: Convention) -> None:
        """Lay the answers of a gathering down afresh, in an order drawn anew.

        Otherwise the order of rows and the transaction that wrote each would lead from an answer to its mark.
        """
        with connection.cursor() as cursor:
            cursor.execute(MIX, [convention.pk])


class SurveyAnswer(models.Model):
    """Anonymous: no person, no time, a random key. From 1 (not at all) to 5 (very much)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    convention = models.ForeignKey(Convention, models.CASCADE, related_name="survey_answers")
    innovation = models.PositiveSmallIntegerField("innovation")
    performance = models.PositiveSmallIntegerField("performance")
    confiance = models.PositiveSmallIntegerField("confiance")
    words = models.TextField("en quelques mots", max_length=1_000, blank=True)

    objects = SurveyAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse au questionnaire"
        verbose_name_plural = "réponses au questionnaire"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(innovation__range=(1, 5), performance__range=(1, 5), confiance__range=(1, 5)),
                name="survey_marks_from_1_to_5",
                violation_error_message="Choisissez une note de 1 à 5.",
            )
        ]

    def __str__(self):
        return "réponse anonyme"


MIX = f"""
WITH taken AS (DELETE FROM {SurveyAnswer._meta.db_table} WHERE convention_id = %s RETURNING *)
INSERT INTO {SurveyAnswer._meta.db_table} SELECT * FROM taken ORDER BY random()
"""  # noqa: S608  the name of our own table
