"""A spreadsheet that came back: what its lines would change, what was chosen, and what became of it."""

import uuid

from django.db import models
from django.db.models import Count, Q


def file_path(sheet, filename: str) -> str:
    """Private storage name: nothing of the uploaded name is kept in it."""
    return f"tableurs/{sheet.public_id}"


class SheetImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; the national team reads all of them."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(by=user)

    def writable_by(self, user):
        return self.visible_to(user).filter(by=user)


class SheetImport(models.Model):
    """``public_id`` is the batch of its changes in the history. ``matching``: ``{place of the column: key}``.

    Once erased, what remains is who brought which list, when, why, and how it ended: neither the file nor its lines.
    """

    class State(models.TextChoices):
        READING = "reading", "lecture du fichier"
        MATCHING = "matching", "colonnes à reconnaître"
        COMPARING = "comparing", "comparaison"
        COMPARED = "compared", "à choisir"
        APPLYING = "applying", "application"
        APPLIED = "applied", "appliqué"
        UNDOING = "undoing", "annulation en cours"
        UNDONE = "undone", "annulé"
        REFUSED = "refused", "fichier refusé"
        CANCELLED = "cancelled", "abandonné"
        ERASED = "erased", "contenu effacé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    noun = models.CharField("liste", max_length=20)
    by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    state = models.CharField("état", max_length=9, choices=State, default=State.READING)
    name = models.CharField("nom du fichier", max_length=160)
    file = models.FileField("fichier", upload_to=file_path)
    digest = models.CharField("empreinte", max_length=64)
    headers = models.JSONField("en-têtes", default=list)
    matching = models.JSONField("colonnes reconnues", default=dict)
    notices = models.JSONField("remarques", default=list)
    refusal = models.CharField("refus", max_length=500, blank=True)
    motive = models.CharField("motif", max_length=500, blank=True)
    uploaded_at = models.DateTimeField("déposé le", auto_now_add=True)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    objects = SheetImportQuerySet.as_manager()

    class Meta:
        verbose_name = "tableur reçu"
        verbose_name_plural = "tableurs reçus"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["applying", "applied", "undoing", "undone"]) | ~Q(motive=""),
                name="sheet_import_has_motive",
                violation_error_message="Donnez le motif.",
            )
        ]
        indexes = [models.Index(fields=["by", "-uploaded_at"], name="sheet_import_of_agent")]

    def __str__(self):
        return self.name

    @property
    def is_working(self) -> bool:
        return self.state in {"reading", "comparing", "applying", "undoing"}

    def counts(self) -> dict[str, int]:
        """``{kind: number of lines}``; one query."""
        return dict(self.rows.order_by().values_list("kind").annotate(Count("pk")))


class SheetProgress(models.Model):
    """How far the work is: apart, so that it is seen while the work's one transaction is open."""

    sheet = models.OneToOneField(SheetImport, models.CASCADE, related_name="progress")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    is_cancelled = models.BooleanField("abandon demandé", default=False)

    class Meta:
        verbose_name = "avancement d’un tableur"

    def __str__(self):
        return f"{self.done} / {self.total}"


class SheetRow(models.Model):
    """``cells``: as typed. ``changes``: ``{key: [here, in the file]}``. ``wrong``: ``{place of the column: sentence}``.

    ``mark``: of all the columns as they stood here when the line was compared; it is applied over nothing else.
    """

    class Kind(models.TextChoices):
        READ = "read", "lue"
        CREATED = "created", "à créer"
        CHANGED = "changed", "à changer"
        UNCHANGED = "unchanged", "inchangée"
        CONFLICT = "conflict", "changée ici depuis"
        ERROR = "error", "en erreur"

    class Outcome(models.TextChoices):
        NONE = "", "rien"
        APPLIED = "applied", "appliquée"
        REFUSED = "refused", "refusée"
        UNDONE = "undone", "annulée"
        KEPT = "kept", "gardée telle quelle"

    sheet = models.ForeignKey(SheetImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField("ligne")
    cells = models.JSONField(default=list)
    wrong = models.JSONField(default=dict)
    kind = models.CharField("sort", max_length=9, choices=Kind, default=Kind.READ)
    row_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    mark = models.CharField(max_length=64, blank=True)
    is_chosen = models.BooleanField("choisie", default=False)
    outcome = models.CharField("issue", max_length=7, choices=Outcome, default=Outcome.NONE, blank=True)
    words = models.CharField("ce qui s’est passé", max_length=500, blank=True)

    class Meta:
        verbose_name = "ligne d’un tableur"
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["sheet", "line"], name="sheet_row_once")]
        indexes = [models.Index(fields=["sheet", "kind", "line"], name="sheet_row_kind")]

    def __str__(self):
        return f"ligne {self.line}"


class SheetMatching(models.Model):
    """How the columns of such a file were recognised the last time: found again by its headers."""

    noun = models.CharField(max_length=20)
    signature = models.CharField(max_length=64)
    matching = models.JSONField(default=dict)

    class Meta:
        verbose_name = "colonnes reconnues d’un tableur"
        constraints = [models.UniqueConstraint(fields=["noun", "signature"], name="sheet_matching_once")]

    def __str__(self):
        return self.noun
