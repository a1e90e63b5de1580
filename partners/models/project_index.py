"""What the filters read of each published project, narrow, and the same counted: docs/decisions/0017-query-engine.md.

Triggers write all of it in the transaction that writes the project (partners/migrations); nothing here is ever edited.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F

from partners.models.project import Project, ProjectQuerySet
from partners.models.project_bits import ProjectBase  # noqa: F401  (registers its module)

REFERENCE = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}
"""No cascade and no check: the project's own columns have them."""


class Words(models.Func):
    """The words of the project of an index row, as PostgreSQL searches them."""

    function = "partners_words"
    output_field = SearchVectorField()

    def __init__(self, project="project", words="words", **options):
        super().__init__(project, words, **options)


class Filtered(models.Model):
    """The columns that a filter may compare, named as the project's own."""

    region = models.ForeignKey("partners.Region", null=True, **REFERENCE)
    department = models.ForeignKey("partners.Department", null=True, **REFERENCE)
    lead = models.ForeignKey("partners.Organisation", null=True, **REFERENCE)
    axes_mask = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9, choices=Project.State)

    class Meta:
        abstract = True


class ProjectIndex(Filtered):
    """One row for each published project. ``lat`` and ``lon``: its own point, else its commune's; ``tile``: its
    Morton code, 30 bits for each Web-Mercator axis; ``words``: a digest of the project's words, which the text index
    is made of (``partners_words``), so that looking for them reads narrow rows only."""

    project = models.OneToOneField(
        Project, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="indexed"
    )
    commune = models.ForeignKey("partners.Commune", null=True, **REFERENCE)
    confirmed_on = models.DateField()
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    tile = models.BigIntegerField(null=True)
    words = models.BigIntegerField(default=0)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(Words(), name="projectindex_words"),
            models.Index(
                F("confirmed_on").desc(), F("project").desc(), include=["axes_mask", "state"],
                name="projectindex_recent",
            ),
            models.Index(
                "region", "state", F("confirmed_on").desc(), F("project").desc(), include=["axes_mask"],
                name="projectindex_region",
            ),
            models.Index(
                "department", "state", F("confirmed_on").desc(), F("project").desc(), include=["axes_mask"],
                name="projectindex_department",
            ),
            models.Index(
                "lead", F("confirmed_on").desc(), F("project").desc(), include=["axes_mask", "state"],
                name="projectindex_lead",
            ),
            models.Index(
                "axes_mask", "state", F("confirmed_on").desc(), F("project").desc(), name="projectindex_axes"
            ),
            models.Index("commune", F("confirmed_on").desc(), F("project").desc(), name="projectindex_commune"),
            models.Index(
                fields=["tile"], include=["axes_mask", "state", "confirmed_on", "lat", "lon"], name="projectindex_tile"
            ),
        ]  # fmt: skip

    def __str__(self):
        return str(self.project_id)


class ProjectCell(Filtered):
    """How many published projects share these values; ``shape`` says which columns the cell tells apart.

    ``band``: 0 confirmed, 1 to confirm, 2 stale, on the days of the ``ProjectCube``.
    """

    id = models.BigAutoField(primary_key=True)
    shape = models.PositiveSmallIntegerField()
    band = models.PositiveSmallIntegerField()
    tile = models.BigIntegerField(null=True)
    count = models.BigIntegerField()
    lat_sum = models.FloatField(null=True)
    lon_sum = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index("shape", "department", name="projectcell_department"),
            models.Index("shape", "lead", name="projectcell_lead"),
            models.Index("shape", "tile", name="projectcell_tile"),
        ]

    def __str__(self):
        return f"{self.shape} : {self.count}"


class ProjectChange(Filtered):
    """What was added to the index (``count`` > 0) or taken away since the cells were counted."""

    id = models.BigAutoField(primary_key=True)
    confirmed_on = models.DateField()
    tile = models.BigIntegerField(null=True)
    count = models.BigIntegerField()
    lat_sum = models.FloatField(null=True)
    lon_sum = models.FloatField(null=True)

    def __str__(self):
        return f"{self.confirmed_on} : {self.count}"


class ProjectCube(models.Model):
    """One row once the cells are counted: confirmed is after ``six``, stale before ``twelve``."""

    six = models.DateField()
    twelve = models.DateField()
    counted_at = models.DateTimeField()

    def __str__(self):
        return str(self.counted_at)
