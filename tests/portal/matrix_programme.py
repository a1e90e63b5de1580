"""The programme, its versions and its speakers, for the route matrix."""

from django.db import transaction
from django.utils import timezone

from events.actions.programme import first_version
from events.models import Speaker
from events.models.speaker_links import speaker_path
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

NATIONAL = {"post": "national", "agents": 403}
PROGRAMME = {
    "events:programme_changes": Door("public", "convention"),
    "events:speaker": Door("key", "speaker_link", post="key"),
    "staff_convention_after": Door("national", "any_convention", **NATIONAL),
    "staff_convention_preview": Door("staff", "prepared_convention"),
    "staff_programme": Door("staff", "any_convention"),
    "staff_programme_new": Door("national", "any_convention", **NATIONAL),
    "staff_programme_publish": Door("national", "any_convention", **NATIONAL),
    "staff_programme_item": Door("staff", "temps", post="national"),
    "staff_programme_act": Door("", "temps", **NATIONAL),
    "staff_speaker_new": Door("national", "temps", **NATIONAL),
    "staff_speaker": Door("national", "speaker", **NATIONAL),
}


def programme_nouns(shared: dict) -> dict[str, Noun]:
    at, item = timezone.now(), shared["programmeitem"]
    with transaction.atomic():
        first_version(item.convention, by=None, at=at)
    speaker = Speaker.objects.create(item=item, name="Camille Essai", email="parle@test.invalid", asked_at=at)
    temps = {"slug": "c26", "public_id": item.public_id}
    return {
        "temps": Noun(temps),
        "prepared_convention": Noun({"slug": "projetee"}, missing={"slug": "rien-ici"}),
        "speaker": Noun(temps | {"speaker_id": speaker.public_id}),
        "speaker_link": Noun({"token": speaker_path(speaker).split("/")[-2]}),
    }
