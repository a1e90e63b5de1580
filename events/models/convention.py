"""Gatherings, their programme and their workshops."""

import uuid

from django.db import connection, models
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from events.models.offer_terms import LAST_HOURS, offer_term
from events.models.programme_words import LiveItems, LiveWorkshops, ProgrammeWords

LOCK_PATIENCE = "3s"


class ConventionQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(state=Convention.State.DRAFT)

    def upcoming(self, at):
        return self.public().filter(ends_at__gte=at).order_by("starts_at", "pk")

    def past(self, at):
        return self.public().filter(ends_at__lt=at).order_by("-starts_at", "-pk")

    def open(self, at):
        """Those for which ``is_open(at)`` holds."""
        closes_at = Coalesce("closes_at", "starts_at")
        return self.alias(closing=closes_at).filter(state=Convention.State.PUBLISHED, opens_at__lte=at, closing__gt=at)

    def with_seats(self):
        """``seated`` and ``waiting``: how many hold a seat, how many await one."""
        return self.annotate(
            seated=Count("registrations", filter=Q(registrations__status__in=["confirmed", "offered"])),
            waiting=Count("registrations", filter=Q(registrations__status="waiting")),
        )

    def locked(self, pk) -> "Convention":
        """The row, held until the end of the transaction: every change of seats queues here.

        Whoever has waited ``LOCK_PATIENCE`` gets OperationalError, which pages and API answer by 503 and Retry-After.
        """
        return self._queue().get(pk=pk)

    def hold(self) -> None:
        """All these rows, in one order, as ``locked`` holds one: for an act that changes the seats of several."""
        list(self._queue().order_by("pk").values_list("pk"))

    def _queue(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_PATIENCE])
        return self.select_for_update(of=("self",), no_key=True)


class Convention(models.Model):
    class Kind(models.TextChoices):
        CONVENTION = "convention", "Convention"
        WORKSHOP = "workshop", "atelier"
        WEBINAR = "webinar", "webinaire"
        MEETING = "meeting", "rencontre"

    class State(models.TextChoices):
        DRAFT = "draft", "en préparation"
        PUBLISHED = "published", "publiée"
        CANCELLED = "cancelled", "annulée"

    class OpenTo(models.TextChoices):
        PUBLIC = "public", "tout le monde"
        MEMBERS = "members", "membres des organisations et personnes invitées"
        INVITED = "invited", "personnes invitées et leurs collègues"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField("adresse", max_length=80, unique=True)
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.CONVENTION)
    title = models.CharField("titre", max_length=160)
    summary = models.CharField("en une phrase", max_length=280, blank=True)
    story = models.TextField("récit", blank=True)
    report = models.TextField("bilan", blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.DRAFT)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    is_day_only = models.BooleanField("seul le jour est connu", default=False)
    place = models.CharField("lieu", max_length=160, blank=True)
    address = models.CharField("adresse postale", max_length=240, blank=True)
    commune = models.ForeignKey("partners.Commune", models.PROTECT, null=True, blank=True, related_name="+")
    access = models.TextField("accès et accessibilité", blank=True)
    capacity = models.PositiveIntegerField("places", default=0)
    open_to = models.CharField(
        "inscriptions ouvertes à", max_length=7, choices=OpenTo, default=OpenTo.PUBLIC, db_default="public"
    )
    opens_at = models.DateTimeField("ouverture des inscriptions", null=True, blank=True)
    closes_at = models.DateTimeField("clôture des inscriptions", null=True, blank=True)
    wishes_open_at = models.DateTimeField(
        "ouverture des vœux d’atelier",
        null=True,
        blank=True,
        help_text="Les personnes confirmées l’apprennent alors par courriel, entre 8 h et 20 h.",
    )
    wishes_close_at = models.DateTimeField("clôture des vœux d’atelier", null=True, blank=True)
    offer_hours = models.PositiveSmallIntegerField(
        "heures pour répondre à une place proposée",
        default=24,
        help_text="Moins quand le jour approche. Zéro : une place qui se libère est confirmée d’office.",
    )
    quotas_end_at = models.DateTimeField(
        "places réservées jusqu’au",
        null=True,
        blank=True,
        help_text="Ensuite, les places réservées qui restent vont à qui les attend. Vide : jusqu’à la veille du début.",
    )
    door_margin = models.PositiveIntegerField(
        "entrées hors capacité admises",
        default=0,
        help_text="Le jour même, quand toutes les places sont prises : combien de personnes de plus la salle peut "
        "recevoir.",
    )
    audience = models.CharField("participation", max_length=160, blank=True)
    source = models.CharField(max_length=300, blank=True)
    modelled_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name="d’après"
    )
    sequence = models.PositiveIntegerField("révision du calendrier", default=0)
    is_demo = models.BooleanField("donnée de démonstration", default=False)
    updated_at = models.DateTimeField("modifiée le", auto_now=True)

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "Convention"
        verbose_name_plural = "Conventions"
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="convention_times_in_order",
                violation_error_message="La fin précède le début.",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gte=F("opens_at")),
                name="convention_registration_in_order",
                violation_error_message="Les inscriptions ferment avant d’ouvrir.",
            ),
            models.CheckConstraint(
                condition=Q(offer_hours__lte=168),
                name="convention_offers_within_a_week",
                violation_error_message="Laissez 168 heures (une semaine) au plus pour répondre.",
            ),
            models.CheckConstraint(
                condition=Q(wishes_open_at__isnull=True, wishes_close_at__isnull=True)
                | Q(
                    wishes_open_at__isnull=False, wishes_close_at__isnull=False, wishes_close_at__gt=F("wishes_open_at")
                ),
                name="convention_wishes_in_order",
                violation_error_message="Les vœux d’atelier ont une ouverture et une clôture, dans cet ordre.",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:convention", args=[self.slug])

    def registration_state(self, at) -> str:
        """ "none" (no registration here), "cancelled", "past", "not_yet", "open" or "closed"."""
        if self.state == self.State.CANCELLED:
            return "cancelled"
        if self.ends_at < at:
            return "past"
        if self.state != self.State.PUBLISHED or self.opens_at is None:
            return "none"
        if at < self.opens_at:
            return "not_yet"
        return "open" if at < self.registration_ends_at else "closed"

    def is_open(self, at) -> bool:
        """Whether one may register at this instant."""
        return self.registration_state(at) == "open"

    def wishes_state(self, at) -> str:
        """ "none" (no wishes here), "not_yet", "open" or "closed"."""
        if self.wishes_open_at is None or self.state != self.State.PUBLISHED:
            return "none"
        if at < self.wishes_open_at:
            return "not_yet"
        return "open" if at < min(self.wishes_close_at, self.starts_at) else "closed"

    def offer_term(self, at):
        """Until when a seat offered at this instant may be taken; None when it is confirmed at once."""
        return offer_term(starts_at=self.starts_at, hours=self.offer_hours, at=at)

    def seats_are_common(self, at) -> bool:
        """Whether seats that were kept for some are everybody's by now."""
        return at >= (self.quotas_end_at or self.starts_at - LAST_HOURS)

    @property
    def seats_left(self) -> int:
        """Of a row read ``with_seats()``."""
        return max(self.capacity - self.seated, 0)

    @property
    def seats_words(self) -> str:
        """« 7 places libres sur 40. », « Les 40 places sont prises ; 2 personnes attendent. » Read ``with_seats()``."""
        if self.seats_left:
            return (
                f"{french.count(self.seats_left, 'place libre', 'places libres')} sur {french.number(self.capacity)}."
            )
        taken = {0: "Aucune place n’est libre pour l’instant", 1: "La seule place est prise"}
        words = taken.get(self.capacity, f"Les {french.number(self.capacity)} places sont prises")
        if self.waiting:
            words += f" ; {french.count(self.waiting, 'personne attend', 'personnes attendent')}"
        return f"{words}."

    @property
    def registration_ends_at(self):
        return self.closes_at or self.starts_at

    @property
    def when(self) -> str:
        """« jeudi 14 janvier 2027, de 9 h à 17 h 30 »; the day alone when nothing more is known."""
        first, last = timezone.localdate(self.starts_at), timezone.localdate(self.ends_at)
        if first != last:
            return f"du {french.full_date(first)} au {french.full_date(last)}"
        if self.is_day_only:
            return french.full_date(first)
        return f"{french.full_date(first)}, de {french.hour(self.starts_at)} à {french.hour(self.ends_at)}"


class ProgrammeItem(ProgrammeWords):
    """``objects`` are those of the published programme; the ones being drafted, and those withdrawn, stay apart.

    What staff draft of a published one is a ``ProgrammeChange``: the row changes when the programme is published.
    """

    class Kind(models.TextChoices):
        PLENARY = "plenary", "plénière"
        ROUND_TABLE = "round_table", "table ronde"
        WORKSHOP = "workshop", "atelier"
        BREAK = "break", "pause"

    class Stage(models.TextChoices):
        DRAFT = "draft", "en préparation"
        LIVE = "live", "au programme"
        WITHDRAWN = "withdrawn", "retiré du programme"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    convention = models.ForeignKey(Convention, models.CASCADE, related_name="programme")
    kind = models.CharField("nature", max_length=11, choices=Kind)
    stage = models.CharField("étape", max_length=9, choices=Stage, default="live", db_default="live", editable=False)
    sequence = models.PositiveIntegerField("révision du calendrier", default=0, db_default=0, editable=False)

    objects = LiveItems()
    everything = models.Manager()

    class Meta:
        verbose_name = "temps du programme"
        verbose_name_plural = "temps du programme"
        ordering = ["starts_at", "ends_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="programme_times_in_order",
                violation_error_message="La fin précède le début.",
            )
        ]

    def __str__(self):
        return self.title


class Workshop(models.Model):
    """What an ``atelier`` of the programme adds: its axis and its seats.

    Allotting wishes gives at most ``organisation_cap`` of them to people of one organisation, and keeps
    ``region_floor`` for each région of which somebody wishes it.
    """

    item = models.OneToOneField(ProgrammeItem, models.CASCADE, related_name="workshop", verbose_name="temps")
    axis = models.ForeignKey("partners.Axis", models.PROTECT, null=True, blank=True, related_name="+")
    capacity = models.PositiveIntegerField("places", default=0)
    organisation_cap = models.PositiveSmallIntegerField("au plus, par organisation", null=True, blank=True)
    region_floor = models.PositiveSmallIntegerField("au moins, par région", default=0)

    objects = LiveWorkshops()
    everything = models.Manager()  # noqa: DJ012  a manager, not a field

    class Meta:
        verbose_name = "atelier"
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation_cap__isnull=True) | Q(organisation_cap__gte=1),
                name="workshop_cap_is_positive",
                violation_error_message="Indiquez une place au moins, ou rien pour ne pas limiter.",
            )
        ]

    def __str__(self):
        return f"atelier {self.pk}"
