"""Letters about the programme: what changes for somebody who comes, and whether a speaker wants to be named."""

from datetime import datetime

from django.urls import reverse

from alliance.lib import mail
from events.models import Convention, ProgrammeItem, ProgrammeVersion, Registration, Speaker, WorkshopPlace
from events.models.door_links import workshops_path
from events.models.programme_content import Difference, differences
from events.models.speaker_links import speaker_path

Status = Registration.Status


def send_programme_change(
    registration_id: int, version_id: int, items: list[str], given_back: list[list[int]], *, message_id: str
) -> None:
    """All that ``version`` changes for them, as it is now: what was changed back meanwhile is not told."""
    rows = Registration.objects.select_related("convention", "attendee__user", "attendee__organisation")
    registration = rows.get(pk=registration_id)
    convention = registration.convention
    if registration.status not in (Status.CONFIRMED, Status.OFFERED) or convention.state != Convention.State.PUBLISHED:
        return
    told = [each for each in _since(version_id) if each.now["id"] in items and each.moves]
    places = _given_back(given_back)
    if not told and not places:
        return
    mail.send(
        to=[registration.attendee.email],
        template="mail/events/programme_change.txt",
        context={
            "attendee": registration.attendee,
            "convention": convention,
            "told": told,
            "given_back": places,
            "links": _links(registration, told),
            "changes_path": reverse("events:programme_changes", args=[convention.slug]),
            "wishes_path": workshops_path(registration),
        },
        message_id=message_id,
    )


def _since(version_id: int) -> list[Difference]:
    """Between what was published before this version and the last one."""
    version = ProgrammeVersion.objects.get(pk=version_id)
    versions = ProgrammeVersion.objects.filter(convention=version.convention_id)
    before, last = versions.filter(number__lt=version.number).last(), versions.last()
    return differences(before.content, last.content, before.links, last.links) if before else []


def _given_back(pairs: list[list[int]]) -> list[tuple[str, str]]:
    """Titles, those kept and those given back."""
    places = WorkshopPlace.objects.select_related("workshop__item").in_bulk([pk for pair in pairs for pk in pair])
    return [(places[kept].workshop.item.title, places[lost].workshop.item.title) for kept, lost in pairs]


def _links(registration: Registration, told: list[Difference]) -> list[ProgrammeItem]:
    """Where to join what is told of, for those whose seat is confirmed."""
    if registration.status != Status.CONFIRMED:
        return []
    keys = [each.now["id"] for each in told if each.after and each.after["is_online"]]
    return list(ProgrammeItem.objects.filter(public_id__in=keys).exclude(online_url=""))


def send_speaker_request(speaker_id: int, asked_at: str, *, message_id: str) -> None:
    """As long as nobody answered, and nobody asked again since."""
    speaker = Speaker.objects.filter(pk=speaker_id).select_related("item__convention").first()
    if speaker is None or speaker.state != "asked" or speaker.asked_at != datetime.fromisoformat(asked_at):
        return
    mail.send(
        to=[speaker.email],
        template="mail/events/speaker_request.txt",
        context={"speaker": speaker, "convention": speaker.item.convention, "speaker_path": speaker_path(speaker)},
        message_id=message_id,
    )
