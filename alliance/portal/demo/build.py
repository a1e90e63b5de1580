"""The whole demonstration, in one transaction and in the order in which things need one another."""

from random import Random

from django.db import transaction
from django.utils import timezone

from alliance.outbox.models import Owed
from alliance.portal.demo import (
    agreement_stories,
    agreements,
    alerts,
    arrivals,
    conventions,
    mails,
    messages,
    moderation,
    needs,
    networks,
    organisations,
    people,
    places,
    projects,
    signatures,
    views,
)
from partners.actions.vocabulary import rebuild_vocabulary
from partners.models import Organisation

SEED = 20141014
PROJECTS = 1_500


def is_built() -> bool:
    return Organisation.objects.filter(is_demo=True).exists()


@transaction.atomic
def build() -> dict[str, int]:
    """Load everything; counts by name. The mails that these acts would owe stay unsent: nobody reads them."""
    random, now = Random(SEED), timezone.localtime()  # noqa: S311  no secret hangs on it
    today = now.date()
    last_owed = Owed.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    atlas = places.load_atlas()
    agents = people.make_staff()
    made = organisations.make_organisations(random, atlas)
    members = people.make_members(random, made)
    projects_made = projects.make_projects(random, atlas, made, members, PROJECTS - 1, today)  # moderation has one
    login = people.add_login(made[0], people.SIGNATORY, "Camille Démo", "signatory", "Présidente")
    home = projects.settle_contributor(projects_made, made, today)
    people.add_login(home, people.CONTRIBUTOR, "Louise Démo", "contributor", "Chargée de projets")
    projects.make_corrections(random, projects_made, made, agents["seconde"], now)
    agreements_made = agreements.make_agreements(random, made, agents, today)
    signatures.make_signatures(random, made, members, agents, now, login)
    conventions.make_conventions(random, made, members, agents["nationale"], now)
    agreement_stories.tell(made[0], home, login, agents, now)
    moderation.tell(home, agents, now)
    networks.tell(now)
    needs.tell(home, agents, now)
    messages.make_messages(random, agents, now)
    arrivals.make_arrivals(made[0], home, agents["nationale"], now)
    alerts.make_alert(now)
    rebuild_vocabulary()
    Owed.objects.filter(pk__gt=last_owed).delete()
    moderation.ask_for_news(now)
    mails.tell(agents, now)
    views.make_views(agents["nationale"])
    return {"organisations": len(made), "projets": len(projects_made), "accords": agreements_made}
