"""The words that the portal knows, without accents: what a mistyped search is corrected against."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class VocabularyWord(models.Model):
    """Rebuilt as a whole by ``partners.actions.vocabulary``; nothing else writes here."""

    word = models.CharField("sans accent", max_length=30, primary_key=True)
    shown = models.CharField("tel qu’on l’écrit", max_length=30)
    uses = models.PositiveIntegerField()

    class Meta:
        verbose_name = "mot du vocabulaire"
        verbose_name_plural = "mots du vocabulaire"
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="vocabulary_word_trgm")]

    def __str__(self):
        return self.word
