"""What waits for moderation, photos, a letter that asks for news: told by the acts of the two who sign in."""

import io
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from alliance import outbox
from alliance.portal.demo import people
from partners.actions.moderation import accept_change, seen_of, standing_values
from partners.actions.photos import add_photo
from partners.actions.profiles import propose_profile
from partners.actions.projects import save_project
from partners.actions.proposals import stamp_of
from partners.models import FollowUp, Organisation, Project, ProposedChange, UpdateLink, User
from partners.models.follow_up import LINK_LIFE

WORKSHOP, GARDEN = ((214, 168, 92), (92, 74, 60)), ((120, 160, 96), (222, 206, 160))


def tell(home: Organisation, agents: dict[str, User], now: datetime) -> None:
    """At the contributor's organisation: a new project, a change that waits for nine days, a profile, two photos."""
    writer = User.objects.get(email=people.CONTRIBUTOR)
    running = Project.objects.filter(lead=home, moderation="published", confirmed_on__gte=now.date() - timedelta(300))
    shown, changed, *_ = list(running.order_by("-confirmed_on", "pk")) * 2
    _photo(shown, writer, agents["bretagne"])
    _submit(home, writer, now)
    _change(changed, writer, now - timedelta(days=9))
    _profile(home, writer, now - timedelta(days=1))


def ask_for_news(now: datetime) -> None:
    """One letter, once the others are forgotten: the contributor's mailbox shows what partners receive."""
    writer = User.objects.get(email=people.CONTRIBUTOR)
    led = (
        Project.objects.public().filter(lead__memberships__user=writer, state="ongoing").order_by("confirmed_on", "pk")
    )
    FollowUp.objects.create(person=writer, asked_at=now)
    projects = list(led.values_list("pk", flat=True)[:2])
    link = UpdateLink.objects.create(person=writer, projects=projects, made_at=now, expires_at=now + LINK_LIFE)
    outbox.owe("partners.send_follow_up", link.pk)


def _submit(home: Organisation, writer: User, now: datetime) -> None:
    made = Project(
        title="Atelier de réparation au fournil",
        summary="Un samedi par mois, on répare ensemble vélos et petits appareils dans l’ancien fournil.",
        description="La commune prête le fournil. Six bénévoles tiennent l’atelier.\n\nIl manque un établi.",
        lead=home,
        commune=home.commune,
        starts_on=date(now.year, 9, 1),
    )
    figures = [{"label": "appareils réparés", "target": 200, "reached": 34}]
    save_project(project=made, axes=list(home.axes.all()[:1]), by=writer, figures=figures)
    Project.objects.filter(pk=made.pk).update(submitted_at=now - timedelta(days=2))


def _change(project: Project, writer: User, at: datetime) -> None:
    confirmed, axes = project.confirmed_on, list(project.axes.all())
    project.summary = f"{project.summary.rstrip('.')}, désormais chaque semaine."
    project.description += "\n\nDepuis la rentrée, deux communes voisines prêtent une salle."
    save_project(project=project, axes=axes, by=writer)
    add_photo(
        project=project,
        upload=_drawn(GARDEN),
        alt="Dessin : une rangée de formes claires sur un mur vert",
        credit="Démonstration",
        by=writer,
    )
    Project.objects.filter(pk=project.pk).update(confirmed_on=confirmed)
    ProposedChange.objects.filter(project=project, state="waiting").update(proposed_at=at)


def _profile(home: Organisation, writer: User, at: datetime) -> None:
    typed = Organisation.objects.get(pk=home.pk)
    typed.summary = "Nous accompagnons les habitants vers l’emploi, le numérique et l’entraide."
    propose_profile(organisation=typed, axes=list(home.axes.all()), by=writer, read_at=stamp_of(home))
    ProposedChange.objects.filter(organisation=home, state="waiting").update(proposed_at=at)


def _photo(project: Project, writer: User, agent: User) -> None:
    add_photo(
        project=project,
        upload=_drawn(WORKSHOP),
        alt="Dessin : une rangée de formes brunes sur un mur ocre",
        credit="Démonstration",
        by=writer,
    )
    change = ProposedChange.objects.get(project=project, state="waiting")
    then = {name: each["after"] for name, each in change.values.items()}
    accept_change(change=change, by=agent, final=None, seen=seen_of({"now": standing_values(change), "then": then}))


def _drawn(colours: tuple) -> SimpleUploadedFile:
    """A picture that nobody took: ground, wall, and a row of things."""
    wall, things = colours
    image = Image.new("RGB", (800, 500), wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 360, 800, 500), fill=tuple(channel * 2 // 3 for channel in wall))
    for n in range(7):
        draw.rounded_rectangle((60 + n * 100, 180 + n % 3 * 40, 120 + n * 100, 370), 12, fill=things)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return SimpleUploadedFile("photo.png", target.getvalue(), "image/png")
