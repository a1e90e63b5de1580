"""A table where people sit, what they propose, and the acts that follow."""

from datetime import timedelta
from uuid import uuid4

from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events.actions.proposals import decide
from events.actions.table_talk import propose
from events.actions.tables import open_table, prepare_tables
from events.models import Proposal, Registration, WorkshopTable
from tests import builders
from tests.events.wishing import workshop

TEXT = "Un camion de services publics dans chaque canton"


def table(title="Mobilités", *, is_open=True, **fields) -> WorkshopTable:
    """Of a workshop that began an hour ago."""
    begins = timezone.now() - timedelta(hours=2)
    convention = fields.pop("convention", None) or builders.convention(starts_at=begins, title="Convention 2026")
    workshop(convention, title=title)
    prepare_tables(convention=convention)
    made = WorkshopTable.objects.get(workshop__item__title=title)
    if is_open:
        open_table(table=made, at=begins)
    return again(made)


def again(table: WorkshopTable) -> WorkshopTable:
    rows = WorkshopTable.objects.select_related("workshop__item__convention")
    return rows.get(pk=table.pk)


def person(table: WorkshopTable, name="Ana", **fields) -> Registration:
    attendee = builders.attendee(name=name, email=f"{name.lower()}@test.invalid")
    return builders.registration(table.workshop.item.convention, attendee, **fields)


def sit(page, url: str, who: Registration, *, has_script=True) -> None:
    """In a browser: say who one is; with its script, the page is ready when it says what it keeps."""
    page.goto(url)
    page.get_by_label("Le code de votre billet").fill(who.code)
    page.get_by_role("button", name="M’asseoir à la table").click()
    page.get_by_text(f"Vous êtes {who.attendee.name}").wait_for()
    if has_script:
        page.get_by_text("Sans réseau, cette page s’ouvre encore").wait_for()


def said(table: WorkshopTable, *authors: Registration, text=TEXT) -> Proposal:
    return propose(table=table, authors=list(authors), text=text, key=uuid4(), at=timezone.now())


def decided(proposal: Proposal, state="retained", motive="Répond à l’enjeu de cohésion", **fields) -> Proposal:
    by = fields.pop("by", None) or builders.staff()
    return decide(proposal=proposal, state=state, motive=motive, by=by, at=timezone.now(), **fields)


def letters() -> list[tuple[str, str]]:
    """What leaves now: (to, subject), in order, and the box is empty again."""
    deliver_all_due()
    sent = [(letter.to[0], letter.subject) for letter in mail.outbox]
    mail.outbox.clear()
    return sent
