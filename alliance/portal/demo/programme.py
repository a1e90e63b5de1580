"""Programmes of the demonstration: their versions, a change that waits to be published, who speaks and said yes."""

from datetime import datetime, timedelta

from alliance.lib.french import typeset
from events.models import Convention, ProgrammeChange, ProgrammeItem, ProgrammeVersion, Speaker
from events.models.programme_content import content_of, links_of
from events.models.programme_words import DRAFTED
from partners.models import User

NOTE = "La verrière ferme pour travaux l’après-midi, et la table ronde se suit aussi en ligne."
SPEAKERS = [  # name, function, organisation, address, whether they said yes
    ("Oriane Tastevent", "directrice", "Réseau Rives & Relais", "oriane", True),
    ("Basile Quatre-Vents", "maire", "Commune imaginaire de Sorrevel", "basile", True),
    ("Céleste Marchepied", "chercheuse", "Université des Détours", "celeste", False),
]


def make_versions(past: Convention, opened: Convention, coming: Convention, agent: User, now: datetime) -> None:
    coming.modelled_on = opened
    coming.save(update_fields=["modelled_on"])
    _version(past, 1, past.opens_at, agent)
    table = opened.programme.get(kind="round_table")
    room = table.room
    table.room = "Verrière"
    _version(opened, 1, opened.opens_at, agent, table)
    table.room, table.online_url = room, "https://visio.demo.invalid/confiance"
    table.save(update_fields=["online_url"])
    _version(opened, 2, now - timedelta(days=9, hours=2), agent, note=NOTE)
    _speakers(table, now)
    closing = opened.programme.filter(kind="plenary").last()
    words = {name: getattr(closing, name) for name in DRAFTED} | {"ends_at": closing.ends_at + timedelta(minutes=15)}
    ProgrammeChange.objects.create(item=closing, changed_at=now - timedelta(hours=3), changed_by=agent, **words)


def _version(
    convention: Convention, number: int, at: datetime, agent: User, other: ProgrammeItem | None = None, note: str = ""
) -> None:
    """``other``: the row as it was then, when it was not as it is."""
    rows = convention.programme.select_related("workshop__axis")
    items = [other if row == other else row for row in rows]
    said = {"content": content_of(items), "links": links_of(items), "note": typeset(note)}
    ProgrammeVersion.objects.create(convention=convention, number=number, published_at=at, published_by=agent, **said)


def _speakers(item: ProgrammeItem, now: datetime) -> None:
    asked = now - timedelta(days=6)
    Speaker.objects.bulk_create(
        Speaker(
            item=item,
            name=name,
            function=function,
            organisation_words=organisation,
            email=f"{address}@demo.invalid",
            asked_at=asked,
            consented_at=asked + timedelta(days=1) if said_yes else None,
        )
        for name, function, organisation, address, said_yes in SPEAKERS
    )
