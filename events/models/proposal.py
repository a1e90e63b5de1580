"""What was proposed at a table: who said it, who supports it, and each thing that became of it."""

import uuid

from django.db import models
from django.db.models import Count, F, Q

from events.models.convention import Convention, Workshop
from events.models.registration import Registration
from events.models.roadmap import RoadmapItem

LONGEST = 600


class ProposalQuerySet(models.QuerySet):
    def of(self, convention: Convention):
        return self.filter(workshop__item__convention=convention)

    def standing(self):
        """One for each thing that was said: those that were merged into another are left to it."""
        return self.filter(merged_into__isnull=True)

    def public(self):
        """Those that somebody of the national team has read, and decided about."""
        return self.filter(state__in=Proposal.DECIDED)

    def launched(self):
        """Those whose roadmap item is launched, or done."""
        return self.filter(roadmap_item__state__in=[RoadmapItem.State.LAUNCHED, RoadmapItem.State.DONE])

    def roadmap(self):
        """The items of the roadmap that they led to, each once."""
        return RoadmapItem.objects.filter(pk__in=self.order_by().values("roadmap_item"))

    def counted(self) -> dict[str, int]:
        """How many were said, and what became of them: « 27 propositions, 12 retenues, 7 lancées »; one query.

        ``said`` counts those that were merged too; the rest counts what stands.
        """
        standing = Q(merged_into__isnull=True)
        launched = Q(roadmap_item__state__in=[RoadmapItem.State.LAUNCHED, RoadmapItem.State.DONE])
        return self.aggregate(
            said=Count("pk"),
            merged=Count("pk", filter=~standing),
            to_read=Count("pk", filter=standing & Q(state="received")),
            to_study=Count("pk", filter=standing & Q(state="to_study")),
            retained=Count("pk", filter=standing & Q(state="retained")),
            not_retained=Count("pk", filter=standing & Q(state="not_retained")),
            launched=Count("pk", filter=standing & launched),
        )


class Proposal(models.Model):
    """``text`` is as it was typed and never changes; ``wording`` is what the public reads when it was reworded."""

    class State(models.TextChoices):
        RECEIVED = "received", "reçue"
        MERGED = "merged", "réunie à une autre"
        TO_STUDY = "to_study", "à l’étude"
        RETAINED = "retained", "retenue"
        NOT_RETAINED = "not_retained", "non retenue"

    DECIDED = (State.TO_STUDY, State.RETAINED, State.NOT_RETAINED)

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    client_key = models.UUIDField("clé de l’appareil", default=uuid.uuid4, unique=True, editable=False)
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="proposals", verbose_name="atelier")
    text = models.CharField("proposition", max_length=LONGEST)
    wording = models.CharField("texte public", max_length=LONGEST, blank=True)
    state = models.CharField("état", max_length=12, choices=State, default=State.RECEIVED)
    said_at = models.DateTimeField("proposée le")
    motive = models.CharField("motif public", max_length=500, blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="réunie à"
    )
    state_before = models.CharField("état avant la réunion", max_length=12, blank=True, editable=False)
    roadmap_item = models.ForeignKey(
        RoadmapItem, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name="feuille de route"
    )
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        ordering = ["workshop", "said_at", "pk"]
        indexes = [models.Index(fields=["state", "workshop"], name="proposal_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="proposal_says_something", violation_error_message="Écrivez la proposition."
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) & ~Q(state_before="")
                | ~Q(state="merged") & Q(merged_into__isnull=True),
                name="proposal_merged_into_one",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="proposal_not_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["to_study", "retained", "not_retained"])
                | ~Q(motive="") & Q(decided_at__isnull=False),
                name="proposal_decided_has_motive",
                violation_error_message="Donnez le motif : il sera public.",
            ),
            models.CheckConstraint(
                condition=Q(roadmap_item__isnull=True) | Q(state="retained"),
                name="proposal_on_the_roadmap_is_retained",
                violation_error_message="Seule une proposition retenue entre dans la feuille de route.",
            ),
        ]

    def __str__(self):
        return f"proposition {self.public_id}"

    @property
    def words(self) -> str:
        """What is read of it in public."""
        return self.wording or self.text

    @property
    def is_public(self) -> bool:
        return self.state in self.DECIDED


class ProposalAuthor(models.Model):
    """Whoever said it. Merging moves no author: a proposal has its own, and those of what was merged into it."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="authors")
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="proposals", verbose_name="inscription")

    class Meta:
        verbose_name = "auteur d’une proposition"
        verbose_name_plural = "auteurs de propositions"
        ordering = ["proposal", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "registration"],
                name="proposal_author_once",
                violation_error_message="Cette personne porte déjà cette proposition.",
            )
        ]

    def __str__(self):
        return f"auteur {self.pk}"


class ProposalSupport(models.Model):
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="supports")
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="supports", verbose_name="inscription")
    supported_at = models.DateTimeField("soutenue le")

    class Meta:
        verbose_name = "soutien"
        ordering = ["proposal", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "registration"],
                name="proposal_supported_once",
                violation_error_message="Vous soutenez déjà cette proposition.",
            )
        ]

    def __str__(self):
        return f"soutien {self.pk}"


class ProposalStep(models.Model):
    """One thing that became of a proposal; rows are only added. Each of its authors is told of each, once."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "reçue"
        MERGED = "merged", "réunie à une autre"
        UNMERGED = "unmerged", "de nouveau seule"
        TO_STUDY = "to_study", "mise à l’étude"
        RETAINED = "retained", "retenue"
        NOT_RETAINED = "not_retained", "non retenue"
        ON_ROADMAP = "on_roadmap", "entrée dans la feuille de route"
        OFF_ROADMAP = "off_roadmap", "sortie de la feuille de route"

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="steps")
    kind = models.CharField("étape", max_length=12, choices=Kind)
    happened_at = models.DateTimeField("le")
    by = models.ForeignKey("partners.User", models.SET_NULL, null=True, blank=True, related_name="+")
    motive = models.CharField("motif", max_length=500, blank=True)
    other = models.ForeignKey(Proposal, models.PROTECT, null=True, blank=True, related_name="+")
    roadmap_item = models.ForeignKey(RoadmapItem, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "étape d’une proposition"
        verbose_name_plural = "étapes de propositions"
        ordering = ["proposal", "pk"]

    def __str__(self):
        return f"étape {self.pk}"
