"""Mails, steering, people and jobs, for the matrices: the doors, and a row of each for both régions."""

from alliance.outbox.models import Owed, Posting
from partners.actions.steering import create_report
from partners.mailing_letters import stop_path
from partners.models import Bounce, Mailing
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

NOBODY = "00000000-0000-0000-0000-000000000000"
NO_KEY = 999_999_999
MAILS = {
    "mail:stop": Door("key", "mail_stop", post="key"),
    "mail:stop_report": Door("key", "report_key", post="key"),
    "staff_mails": Door("staff"),
    "staff_mail": Door("region", "mail", post="region"),
    "staff_bounces": Door("staff"),
    "staff_bounce": Door("region", "bounce", post="region"),
    "staff_bounce_confirm": Door("", "bounce", post="region"),
    "staff_bounce_dismiss": Door("", "bounce", post="region"),
    "staff_mailings": Door("staff"),
    "staff_mailing_new": Door("staff", post="staff"),
    "staff_mailing": Door("region", "mailing", post="region"),  # one's own, and all of them for the national team
    "staff_mailing_edit": Door("region", "mailing", post="region"),
    "staff_mailing_act": Door("", "mailing_act", post="region"),
    "staff_steering": Door("staff"),
    "staff_steering_organisations": Door("staff"),
    "staff_steering_reviews": Door("staff"),
    "staff_reports": Door("national", post="national"),
    "staff_report": Door("national", "report", post="national"),
    "staff_report_stop": Door("", "report", post="national", agents=403),
    "staff_people": Door("staff"),
    "staff_perimeter": Door("national", "agent", post="national"),
    "staff_jobs": Door("national"),
}


def mails_of(agent, reader) -> dict:
    """A letter to somebody of the région, whose address fails, and a bulk mail that the delegate writes."""
    owed = Owed.objects.create(work="partners.send_invitation", args=[0, 0], attempts=1)
    Posting.objects.create(owed=owed, address=reader.email.lower(), template="x", attempt=1, code=451, words="Later")
    return {
        "mail": owed,
        "bounce": Bounce.objects.create(address=reader.email.lower(), person=reader, kind="refused"),
        "mailing": Mailing.objects.create(subject="Essai", body="Texte", roles=["reader"], written_by=agent),
    }


def mail_nouns(shared: dict, people: dict, own: dict, other: dict) -> dict[str, Noun]:
    here, away = mails_of(people["here"], own["user"]), mails_of(people["elsewhere"], other["user"])
    report = create_report(
        name="Essai", rhythm="weekly", form="csv", readers=[people["national"]], by=people["national"]
    )  # fmt: skip

    def by_key(name: str) -> Noun:
        return Noun(*({"pk": pk} for pk in (here[name].pk, away[name].pk, NO_KEY)))

    def alone(**more) -> Noun:
        rows = (here["mailing"].public_id, away["mailing"].public_id, NOBODY)
        return Noun(*({"public_id": pk} | more for pk in rows))

    return {
        "mail": by_key("mail"),
        "bounce": by_key("bounce"),
        "mailing": alone(),
        "mailing_act": alone(name="pause"),
        "report": Noun({"public_id": report.public_id}),
        "report_key": Noun({"public_id": report.readers.get().public_id}),
        "agent": Noun({"pk": people["here"].pk}),
        "mail_stop": Noun({"token": stop_path(own["user"], "news").split("/")[2]}),
    }
