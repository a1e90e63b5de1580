"""One bit for each project and each value of a filter: docs/decisions/0017-query-engine.md.

Projects are numbered by their place (``ProjectSlot``), 8,192 slots a chunk. A chunk of bits says which of them have a
value, be it an axis, a state, a département or a word; « and », « or » and counting are then machine operations.
Written whole by a job; what was written since is in ``ProjectTouched``, by triggers, and is read from the rows.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

CHUNK_BITS = 13
CHUNK = 1 << CHUNK_BITS
LARGE = 20_000
"""Below, rows are counted as quickly as bits."""


class BitsField(models.Field):
    """``bit varying``: « x0f80 » to write, « 0000111110000000 » to read."""

    description = "bits"

    def db_type(self, connection):
        return "bit varying"


class ProjectBase(models.Model):
    """One row once the bits are written: for which day and in which chunks."""

    day = models.DateField()
    first_chunk = models.IntegerField()
    last_chunk = models.IntegerField()
    built_at = models.DateTimeField()

    def __str__(self):
        return f"{self.day} : {self.built_at}"


class ProjectSlot(models.Model):
    """The number of a project among the bits; numbers are never used again, so that no answer mixes two bases."""

    slot = models.IntegerField(primary_key=True)
    project = models.OneToOneField(
        "partners.Project", models.DO_NOTHING, db_constraint=False, related_name="+"
    )  # fmt: skip
    confirmed_on = models.DateField()

    def __str__(self):
        return f"{self.slot} : {self.project_id}"


class ProjectRun(models.Model):
    """Slots that follow each other in one chunk and stand at one point; ``first`` counts from the chunk's first bit."""

    id = models.BigAutoField(primary_key=True)
    chunk = models.IntegerField()
    first = models.IntegerField()
    size = models.IntegerField()
    tile = models.BigIntegerField()
    lat = models.FloatField()
    lon = models.FloatField()

    class Meta:
        indexes = [
            models.Index(
                fields=["tile"], include=["chunk", "first", "size", "lat", "lon"], name="projectrun_tile"
            )
        ]  # fmt: skip

    def __str__(self):
        return f"{self.chunk} : {self.first} + {self.size}"


class ProjectBits(models.Model):
    """Which projects of a chunk have a value; a chunk where none has it is absent.

    Places in an order are there too, a binary digit for each value (partners.filters.ranks): never absent.
    """

    pk = models.CompositePrimaryKey("name", "value", "chunk")
    name = models.CharField(max_length=10)
    value = models.TextField()
    chunk = models.IntegerField()
    bits = BitsField()

    def __str__(self):
        return f"{self.name}={self.value} : {self.chunk}"


class ProjectWordBits(models.Model):
    """Which projects of a chunk hold a word; only of words that many hold."""

    pk = models.CompositePrimaryKey("word", "chunk")
    word = models.TextField()
    chunk = models.IntegerField()
    bits = BitsField()

    def __str__(self):
        return f"{self.word} : {self.chunk}"


class ProjectGroup(models.Model):
    """The organisations that a value stood for when the bits were written."""

    pk = models.CompositePrimaryKey("name", "value")
    name = models.CharField(max_length=10)
    value = models.TextField()
    leads = ArrayField(models.BigIntegerField())

    def __str__(self):
        return f"{self.name}={self.value}"


class ProjectTouched(models.Model):
    """A project written since the bits; without a project: the tree of organisations has changed."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(
        "partners.Project", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    def __str__(self):
        return str(self.project_id)
