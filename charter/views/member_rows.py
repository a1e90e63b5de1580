"""The members of a network as its head and agents see them: public facts only, each organisation once.

Nothing of a member's people, drafts, needs or papers is read here: see ``PUBLIC``.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from alliance.lib.db import LowerUnaccent
from charter.models import Adhesion, CharterVersion, MemberInvitation, Signature
from charter.models.adhesion import adhering_filter, members
from partners.models import Organisation, Project
from partners.models.project import freshness_is

ENGAGEMENTS = {
    "signed": ("signataire", "a signé elle-même la charte en vigueur, et La Poste a contresigné"),
    "pending": ("signature en attente", "a signé ; La Poste n’a pas encore contresigné"),
    "adheres": ("adhère sous son réseau", "adhère à la charte en vigueur sous un réseau signataire, sans avoir signé"),
    "invited": ("invitée", "a reçu une invitation de ce réseau, et peut encore y répondre"),
    "none": ("ni signature ni adhésion", "n’a aujourd’hui ni signature, ni adhésion, ni invitation en cours"),
}
NEWS = {
    "active": ("active", "un projet publié, en cours, confirmé depuis moins de six mois"),
    "stale": ("sans nouvelles", "des projets publiés, mais aucun en cours confirmé depuis six mois"),
    "quiet": ("sans projet", "aucun projet publié"),
}
MANY = {
    "signed": "signataires", "pending": "signatures en attente", "adheres": "adhèrent sous leur réseau",
    "invited": "invitées", "active": "actives",
}  # fmt: skip
PUBLIC = ("name", "slug", "kind", "siren", "parent__name", "commune__name", "department__name", "region__name")
HEADINGS = (
    "nom", "nature", "SIREN", "rattachée à", "commune", "département", "région", "engagement", "depuis", "activité",
    "page",
)  # fmt: skip
KINDS = dict(Organisation.Kind.choices)


@dataclass(frozen=True)
class Asked:
    """What the page was asked to show; words that it does not know are nothing."""

    text: str = ""
    engagement: str = ""
    news: str = ""

    @classmethod
    def read(cls, data) -> "Asked":
        engagement, news = data.get("engagement", ""), data.get("activite", "")
        return cls(
            " ".join(data.get("q", "").replace("\x00", "").split())[:80],
            engagement if engagement in ENGAGEMENTS else "",
            news if news in NEWS else "",
        )

    @property
    def query(self) -> str:
        """For the links that keep what was asked."""
        given = {"q": self.text, "engagement": self.engagement, "activite": self.news}
        return urlencode({name: value for name, value in given.items() if value})


def member_rows(network: Organisation, at: datetime):
    """Every member with its ``engagement``, ``since``, ``news``, ``level`` and ``branch``, in the order of the tree."""
    today = timezone.localdate(at)
    version = CharterVersion.objects.in_force(today)
    signed, adhering = Signature.objects.of_organisation(), adhering_filter(version)
    invited = MemberInvitation.objects.waiting(at).filter(network=network, organisation=OuterRef("pk"))
    led = Project.objects.public().filter(lead=OuterRef("pk"))
    fresh = led.filter(freshness_is("confirmed", today), state__in=["idea", "ongoing"])
    under = Adhesion.objects.standing(version).filter(organisation=OuterRef("pk")).order_by("adhered_at")
    first = Signature.objects.current(version).of_organisation().order_by("signed_at")
    return members([network.pk]).annotate(
        engagement=Case(
            When(Exists(signed.current(version) if version else signed.none()), then=Value("signed")),
            When(Exists(signed.pending()), then=Value("pending")),
            When(adhering, then=Value("adheres")),
            When(Exists(invited), then=Value("invited")),
            default=Value("none"),
            output_field=CharField(),
        ),
        since=Coalesce(Subquery(first.values("signed_at")[:1]), Subquery(under.values("adhered_at")[:1])),
        news=Case(
            When(Exists(fresh), then=Value("active")),
            When(Exists(led), then=Value("stale")),
            default=Value("quiet"),
            output_field=CharField(),
        ),
        level=Case(When(parent__parent=network, then=Value(1)), default=Value(0)),
        branch=Case(When(parent__parent=network, then=F("parent__search_name")), default=F("search_name")),
    )


def chosen(rows, asked: Asked):
    if asked.text:
        rows = rows.filter(search_name__contains=LowerUnaccent(Value(asked.text)))
    if asked.engagement:
        rows = rows.filter(engagement=asked.engagement)
    if asked.news:
        rows = rows.filter(news=asked.news)
    return rows


def in_tree(rows):
    """In the order of the tree, with what a line shows and nothing else."""
    rows = rows.select_related("parent", "commune", "department", "region")
    names = ("name", "slug", "kind", "siren", "parent__name", "commune__name", "department__name", "region__name")
    return rows.only(*names).order_by("branch", "level", "search_name", "pk")


def told(rows, network: Organisation) -> list[Organisation]:
    """Each with its words, and the ``adhesion_id`` that the network may end. One query."""
    live = Adhesion.objects.live().filter(network=network, organisation__in=[row.pk for row in rows])
    ids = dict(live.order_by("adhered_at").values_list("organisation", "public_id"))
    for row in rows:
        row.adhesion_id = ids.get(row.pk)
        row.engagement_words, row.news_words = ENGAGEMENTS[row.engagement][0], NEWS[row.news][0]
    return rows


def counts(rows) -> dict:
    """How many members, by engagement and by news; one query. ``engaged``: signed or adheres, each once."""
    by_engagement, by_news = Counter(), Counter()
    for engagement, news, count in rows.order_by().values_list("engagement", "news").annotate(Count("pk")):
        by_engagement[engagement] += count
        by_news[news] += count
    return {
        "all": by_engagement.total(),
        "engaged": by_engagement["signed"] + by_engagement["adheres"],
        "engagements": [_told(key, words, by_engagement[key]) for key, words in ENGAGEMENTS.items()],
        "news": [_told(key, words, by_news[key]) for key, words in NEWS.items()],
    }


def _told(key: str, words: tuple[str, str], count: int) -> tuple:
    """With the words that follow the number: « 10 signataires »."""
    return key, *words, count, words[0] if count < 2 else MANY.get(key, words[0])


def export_lines(rows) -> Iterator[tuple]:
    """One line a member, under ``HEADINGS``: public facts, and what the page says of it."""
    values = rows.order_by("branch", "level", "search_name", "pk").values_list(*PUBLIC, "engagement", "since", "news")
    for name, slug, kind, siren, parent, commune, department, region, engagement, since, news in values.iterator(500):
        day = timezone.localdate(since).isoformat() if since else ""
        page = settings.SITE_URL + reverse("partners:organisation", args=[slug])
        yield (
            name, KINDS[kind], siren, parent or "", commune or "", department or "", region or "",
            ENGAGEMENTS[engagement][0], day, NEWS[news][0], page,
        )  # fmt: skip
