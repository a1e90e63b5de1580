"""Two re-engagement campaigns for the version of 2020: the first one closed, with its register; one that is open.

The first asked all the signatories of 2014. The second asks those who did not answer, and some local organisations.
"""

from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from charter.actions.campaign import concern, open_campaign, prepare_campaign
from charter.actions.closing import close_campaign
from charter.actions.reminders import confirm_reminder, draft_reminder
from charter.models import Campaign, CharterVersion, Recipient
from charter.models.evidence import Fact, Kind, note_all
from partners.models import Organisation, User

SEED = 2020
OPENED, REMINDED = timedelta(days=35), timedelta(days=12)
EVERY = {"followed": 3, "read": 4}


def open_first(agents: dict[str, User], now: datetime) -> Campaign:
    campaign = prepare_campaign(
        version=CharterVersion.objects.get(slug="2020"),
        opens_on=date(2020, 7, 2),
        closes_on=date(2020, 12, 31),
        grace_on=date(2021, 3, 31),
        by=agents["seconde"],
        at=_morning(date(2020, 6, 25), now),
    )
    return open_campaign(campaign=campaign, by=agents["nationale"], at=_morning(date(2020, 7, 2), now))


def close_first(campaign: Campaign, agents: dict[str, User], now: datetime) -> Campaign:
    motive = "La période de réengagement de 2020 est terminée ; les retardataires ont jusqu’à la fin de mars."
    return close_campaign(campaign=campaign, by=agents["nationale"], motive=motive, at=_morning(date(2021, 1, 11), now))


def open_second(agents: dict[str, User], guests: list[Organisation], now: datetime) -> Campaign:
    """For those who did not answer, and ``guests``; it has two months to run and one of grace."""
    at = now - OPENED
    today = timezone.localdate(now)
    campaign = prepare_campaign(
        version=CharterVersion.objects.get(slug="2020"),
        opens_on=timezone.localdate(at),
        closes_on=today + timedelta(days=60),
        grace_on=today + timedelta(days=90),
        by=agents["seconde"],
        at=at - timedelta(days=6),
    )
    for organisation in guests:
        concern(campaign=campaign, organisation=organisation, by=agents["nationale"], at=at - timedelta(days=2))
    return open_campaign(campaign=campaign, by=agents["nationale"], at=at)


def be_read(campaign: Campaign, now: datetime) -> None:
    """In three weeks some followed the link of their letter, some read the text as well."""
    random = Random(SEED)  # noqa: S311  no secret hangs on it
    for number, row in enumerate(campaign.concerned.select_related("organisation").order_by("organisation_id")):
        person = row.organisation.memberships.filter(role="signatory").order_by("starts_on", "pk").first().user
        at = now - REMINDED - timedelta(days=random.randint(1, 20), hours=random.randint(0, 8))
        facts = []
        if not number % EVERY["followed"] or not number % EVERY["read"]:
            facts.append(Fact(Kind.OPENED, person, at=at, details={"letter": "invitation"}))
        if not number % EVERY["read"]:
            details = {"digest": campaign.version.digest, "marked": True}
            facts.append(Fact(Kind.DISPLAYED, person, at=at + timedelta(minutes=3), details=details))
        note_all(organisation=row.organisation, version=campaign.version, facts=facts)


def remind(campaign: Campaign, agents: dict[str, User], now: datetime) -> None:
    """Those who had not followed the link, twelve days ago; their letters have left."""
    at = now - REMINDED
    reminder = draft_reminder(campaign=campaign, group="unopened", by=agents["seconde"], at=at)
    motive = "Première relance, trois semaines après l’ouverture."
    confirm_reminder(reminder=reminder, by=agents["seconde"], motive=motive, at=at + timedelta(minutes=4))
    owed, sent = Recipient.Outcome.OWED, Recipient.Outcome.SENT
    Recipient.objects.filter(reminder=reminder, outcome=owed).update(outcome=sent)


def _morning(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=now.tzinfo)
