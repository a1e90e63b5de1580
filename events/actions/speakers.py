"""Speakers: named in public only with their consent, to the very words, and as long as they want."""

from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict, conflict_on
from events.models import ProgrammeItem, Speaker
from events.models.speaker_links import words_digest
from partners.models import User

PUBLIC_WORDS = ("name", "function", "organisation_words")
ALREADY = "Cette personne intervient déjà dans ce temps."


def add_speaker(*, item: ProgrammeItem, words: dict, by: User | None, at) -> Speaker:
    """Write who will speak, and ask them by letter whether to be named. Raises Conflict: "already_there"."""
    with conflict_on("speaker_once", ALREADY, code="already_there"):
        speaker = Speaker(item=item, **words)
        speaker.clean_fields()
        _ask(speaker, at)
    return speaker


def change_speaker(*, speaker: Speaker, words: dict, by: User | None, at) -> Speaker:
    """Other public words, or another address, end the consent that was given and ask anew; the same ask nothing.

    Raises Conflict: "already_there".
    """
    with conflict_on("speaker_once", ALREADY, code="already_there"):
        speaker = _locked(speaker)
        if all(getattr(speaker, name) == value for name, value in words.items()):
            return speaker
        for name, value in words.items():
            setattr(speaker, name, value)
        speaker.clean_fields()
        speaker.consented_at = speaker.withdrawn_at = None
        _ask(speaker, at)
    return speaker


def ask_again(*, speaker: Speaker, by: User | None, at) -> Speaker:
    """Send the letter again to whoever has not answered. Raises Conflict: "answered"."""
    with transaction.atomic():
        speaker = _locked(speaker)
        if speaker.consented_at or speaker.withdrawn_at:
            raise Conflict("Cette personne a répondu : on ne le lui redemande pas.", code="answered")
        _ask(speaker, at)
    return speaker


def remove_speaker(*, speaker: Speaker, by: User | None) -> None:
    speaker.delete()


def give_consent(*, speaker: Speaker, words: str, at) -> Speaker:
    """By the person, to the words whose digest they read. Raises Conflict: "words_changed", "already_given"."""
    with transaction.atomic():
        speaker = _locked(speaker)
        if words != words_digest(speaker):
            raise Conflict("Ce qui serait publié a changé depuis : relisez-le, puis répondez.", code="words_changed")
        if speaker.state == "public":
            raise Conflict("Votre accord est déjà donné.", code="already_given")
        speaker.consented_at, speaker.withdrawn_at = max(at, speaker.asked_at or at), None
        speaker.asked_at = speaker.asked_at or at
        speaker.save(update_fields=["asked_at", "consented_at", "withdrawn_at"])
    return speaker


def withdraw_consent(*, speaker: Speaker, at) -> Speaker:
    """No, or no longer: the name leaves the programme at once. Raises Conflict: "already_withdrawn"."""
    with transaction.atomic():
        speaker = _locked(speaker)
        if speaker.withdrawn_at:
            raise Conflict("C’est déjà noté : votre nom n’est pas publié.", code="already_withdrawn")
        speaker.withdrawn_at = max(at, speaker.consented_at or at)
        speaker.save(update_fields=["withdrawn_at"])
    return speaker


def _ask(speaker: Speaker, at) -> None:
    speaker.asked_at = at
    speaker.save()
    outbox.owe("events.send_speaker_request", speaker.pk, at.isoformat())


def _locked(speaker: Speaker) -> Speaker:
    return Speaker.objects.select_for_update(of=("self",)).select_related("item__convention").get(pk=speaker.pk)
