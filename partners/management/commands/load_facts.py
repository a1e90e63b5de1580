"""``manage.py load_facts [--if-needed]``: the known facts of the programme, each with its source.

Creates what is missing and changes nothing that exists: what the national team corrected stays corrected.
"""

import tomllib
from datetime import date, datetime, time, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from alliance.lib.french import typeset
from charter.actions.versions import freeze_version
from charter.models import Article, CharterVersion
from events.models import Convention
from partners.actions.territory import DATA
from partners.models import Axis, Commune, ProgrammeCount, Project, Stake

ATTESTED = "Attesté par les publications du programme ; la référence du document reste à renseigner."
NAMED = "Nommé comme domaine du programme ; la référence du document reste à renseigner."
PROGRAMME_BEGAN_ON = date(2014, 10, 14)
CHARTERS = ("2014", "2020")


class Command(BaseCommand):
    help = "Charge les faits connus du programme : enjeux, axes, versions de la charte, projets, rassemblements."
    requires_system_checks: list[str] = []  # part of every start: half a second less

    def add_arguments(self, parser):
        parser.add_argument("--if-needed", action="store_true", help="ne rien faire quand ils sont déjà chargés")

    @transaction.atomic
    def handle(self, *, if_needed, verbosity, **options):
        if if_needed and Axis.objects.exists() and CharterVersion.objects.exists():
            return
        if not Commune.objects.exists():
            raise CommandError("Les communes manquent : lancez d’abord load_territories.")
        facts = read("facts")
        created = {
            "enjeux": load_stakes(facts["stake"]),
            "axes": load_axes(facts["axis"]),
            "versions de la charte": sum(load_charter(slug) for slug in CHARTERS),
            "projets": load_projects(facts["project"]),
            "rassemblements": load_gatherings(facts["gathering"]),
            "nombres annoncés": load_counts(facts["count"]),
        }
        if verbosity:
            self.stdout.write("Faits ajoutés : " + ", ".join(f"{n} {name}" for name, n in created.items()) + ".")


def read(name: str) -> dict:
    return tomllib.loads(typeset((DATA / f"{name}.toml").read_text("utf-8")))


def load_stakes(stakes: list[dict]) -> int:
    known = set(Stake.objects.values_list("slug", flat=True))
    missing = [
        Stake(**stake, position=position, source=ATTESTED)
        for position, stake in enumerate(stakes, 1)
        if stake["slug"] not in known
    ]
    return len(Stake.objects.bulk_create(missing))


def load_axes(axes: list[dict]) -> int:
    """The number is the portal's own order. An axis that was closed or renamed is known by its number still."""
    sources = {"attested": ATTESTED, "to_confirm": NAMED, "to_fill_in": ""}
    known = set(Axis.objects.values_list("number", flat=True))
    missing = [
        Axis(
            number=number,
            label=axis["label"],
            status=axis["status"],
            source=sources[axis["status"]],
            stake_id=axis.get("stake"),
            summary=axis.get("summary", ""),
        )
        for number, axis in enumerate(axes, 1)
        if number not in known
    ]
    return len(Axis.objects.bulk_create(missing))


def load_charter(slug: str) -> int:
    """A demonstration text, published as of its day so that signatures of that time can be about it."""
    if CharterVersion.objects.filter(slug=slug).exists():
        return 0
    text = read(f"charter-{slug}")
    articles = text.pop("article")
    version = CharterVersion.objects.create(**text, is_placeholder=True)
    Article.objects.bulk_create(
        Article(version=version, position=position, heading=article["heading"], text=article["text"].strip())
        for position, article in enumerate(articles, 1)
    )
    freeze_version(version=version, at=in_paris(version.effective_on, time(9)))
    return 1


def load_projects(projects: list[dict]) -> int:
    known = set(Project.objects.values_list("slug", flat=True))
    missing = [
        Project(
            slug=project["slug"],
            title=project["title"],
            summary=project["summary"],
            commune_id=project.get("commune"),
            moderation=Project.Moderation.PUBLISHED,
            confirmed_on=project.get("known_on", PROGRAMME_BEGAN_ON),
            source=ATTESTED,
        )
        for project in projects
        if project["slug"] not in known
    ]
    return len(Project.objects.bulk_create(missing))


def load_gatherings(gatherings: list[dict]) -> int:
    known = set(Convention.objects.values_list("slug", flat=True))
    missing = []
    for gathering in gatherings:
        if gathering["slug"] in known:
            continue
        starts_at = in_paris(gathering["on"], time.min)
        missing.append(
            Convention(
                slug=gathering["slug"],
                kind=gathering["kind"],
                title=gathering["title"],
                summary=gathering["summary"],
                story=gathering.get("story", ""),
                state=Convention.State.PUBLISHED,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=23, minutes=59),
                is_day_only=True,
                place=gathering.get("place", ""),
                commune_id=gathering.get("commune"),
                audience=gathering.get("audience", ""),
                source=ATTESTED,
            )
        )
    return len(Convention.objects.bulk_create(missing))


def load_counts(counts: list[dict]) -> int:
    known = set(ProgrammeCount.objects.values_list("on", flat=True))
    missing = [ProgrammeCount(source=ATTESTED, **count) for count in counts if count["on"] not in known]
    return len(ProgrammeCount.objects.bulk_create(missing))


def in_paris(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, timezone.get_current_timezone())
