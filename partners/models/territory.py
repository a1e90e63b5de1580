"""Régions, départements, communes of the official geographic code (COG), and former codes that still resolve."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.urls import reverse

from alliance.lib.db import LowerUnaccent

OF = {0: "de ", 1: "d’", 2: "du ", 3: "de la ", 4: "des ", 5: "de l’", 6: "des ", 7: "de las ", 8: "de los "}
"""What the official code calls « type de liaison »: how « de » goes with the name."""
ZONES = [("metro", "métropole"), ("drom", "département et région d’outre-mer"), ("com", "collectivité d’outre-mer")]


class Region(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    article = models.PositiveSmallIntegerField("type de liaison (COG)", default=0)
    zone = models.CharField(max_length=5, choices=ZONES)
    seat = models.CharField("code du chef-lieu", max_length=5, blank=True)
    population = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "région"
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:region", args=[self.code])

    @property
    def of_name(self) -> str:
        """« de Bretagne », « des Hauts-de-France »."""
        return OF.get(self.article, "de ") + self.name


class Department(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name="région")
    article = models.PositiveSmallIntegerField("type de liaison (COG)", default=0)
    zone = models.CharField(max_length=5, choices=ZONES)
    seat = models.CharField("code du chef-lieu", max_length=5, blank=True)
    population = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self):
        return f"{self.name} ({self.code})"

    def get_absolute_url(self):
        return reverse("partners:department", args=[self.code])

    @property
    def of_name(self) -> str:
        """« du Finistère », « des Côtes-d’Armor »."""
        return OF.get(self.article, "de ") + self.name


class Epci(models.Model):
    siren = models.CharField("SIREN", max_length=9, primary_key=True)
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("nature", max_length=10)
    population = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        ordering = ["name"]

    def __str__(self):
        return self.name


class CommuneQuerySet(models.QuerySet):
    def resolve(self, code: str) -> "Commune | None":
        """The present commune of a code: its own, a former commune's, or a municipal district's."""
        commune = self.filter(code=code).first()
        if commune is not None:
            return commune
        former = FormerCommune.objects.select_related("commune").filter(code=code).first()
        return former.commune if former else None


class Commune(models.Model):
    class Precision(models.TextChoices):
        MAIRIE = "M", "mairie"
        COMMUNE = "G", "la commune"
        POSTAL = "P", "moyenne du code postal"
        EPCI = "E", "moyenne de l’EPCI"
        DEPARTMENT = "D", "moyenne du département"
        NONE = "N", "aucune"

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)
    search_name = models.GeneratedField(
        expression=LowerUnaccent("name"), output_field=models.CharField(max_length=120), db_persist=True
    )
    postal_codes = ArrayField(models.CharField(max_length=5), default=list, blank=True, verbose_name="codes postaux")
    department = models.ForeignKey(Department, models.PROTECT, related_name="communes", verbose_name="département")
    region = models.ForeignKey(Region, models.PROTECT, related_name="communes", verbose_name="région")
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="communes", verbose_name="EPCI")
    population = models.PositiveIntegerField(default=0)
    lat = models.FloatField("latitude (degrés)", null=True, blank=True)
    lon = models.FloatField("longitude (degrés)", null=True, blank=True)
    precision = models.CharField("précision du point", max_length=1, choices=Precision, default=Precision.NONE)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(
                name="commune_point_whole",
                condition=models.Q(lat__isnull=True, lon__isnull=True, precision="N")
                | models.Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180))
                & ~models.Q(precision="N"),
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="commune_name_trgm"),
            GinIndex(fields=["postal_codes"], name="commune_postal_codes"),
            models.Index(OpClass("search_name", name="text_pattern_ops"), name="commune_name_prefix"),
        ]

    def __str__(self):
        return f"{self.name} ({self.department_id})"

    @property
    def is_approximate(self) -> bool:
        return self.precision not in {self.Precision.MAIRIE, self.Precision.COMMUNE}


class FormerCommune(models.Model):
    """A code that no longer stands (merged commune) or never was a commune (municipal district)."""

    code = models.CharField("ancien code INSEE", max_length=5, primary_key=True)
    name = models.CharField("ancien nom", max_length=80)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="former", verbose_name="commune actuelle")
    kind = models.CharField("nature", max_length=1)

    class Meta:
        verbose_name = "ancienne commune"
        verbose_name_plural = "anciennes communes"
        ordering = ["code"]

    def __str__(self):
        return f"{self.name} ({self.code})"
