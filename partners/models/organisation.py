"""Organisations: national networks, their regional and local members, and territorial partners."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from alliance.lib.db import LowerUnaccent
from partners.models.perimeter import readable, writable


def validate_siren(value: str) -> None:
    if not siren_number.is_valid(value):
        raise ValidationError("Ce numéro SIREN n’existe pas : il compte 9 chiffres, dont une clé de contrôle.")


def validate_siret(value: str) -> None:
    if not siret_number.is_valid(value):
        raise ValidationError("Ce numéro SIRET n’existe pas : il compte 14 chiffres, dont une clé de contrôle.")


RESERVED_SLUGS = ["compte", "confirmer", "integrer", "reutiliser", "securite", "signer"]
"""Words of addresses that stand where an organisation's would."""


class OrganisationQuerySet(models.QuerySet):
    def public(self):
        return self.filter(is_public=True)

    def visible_to(self, user):
        """What ``user`` may read beyond the public pages: staff within the perimeter, members their own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(pk__in=user.organisation_ids) | readable(user, "")) if not user.is_national else self

    def writable_by(self, user):
        """What an agent may change."""
        return self.filter(writable(user, ""))

    def within(self, organisation_ids):
        """These organisations and their descendants: the tree is at most three levels deep (trigger)."""
        ids = list(organisation_ids)
        return self.filter(Q(pk__in=ids) | Q(parent__in=ids) | Q(parent__parent__in=ids))

    def for_cards(self):
        """With all that a line of a list shows: two queries in all, however many rows."""
        return self.select_related("commune__department").prefetch_related("axes").defer("search", "description")


class Organisation(models.Model):
    class Kind(models.TextChoices):
        NETWORK = "network", "réseau national"
        REGIONAL = "regional", "réseau régional"
        LOCAL = "local", "organisation locale"
        AUTHORITY = "authority", "collectivité"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField("adresse", max_length=120, unique=True)
    kind = models.CharField("nature", max_length=9, choices=Kind)
    name = models.CharField("nom", max_length=160)
    short_name = models.CharField("nom court", max_length=60, blank=True)
    search_name = models.GeneratedField(
        expression=LowerUnaccent("name"), output_field=models.CharField(max_length=240), db_persist=True
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="réseau de rattachement"
    )
    absorbed_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="absorbed",
        verbose_name="absorbée par",
    )  # fmt: skip
    siren = models.CharField("SIREN", max_length=9, blank=True, validators=[validate_siren])
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[validate_siret])
    rna = models.CharField("RNA", max_length=10, blank=True)
    summary = models.CharField("en une phrase", max_length=280, blank=True)
    description = models.TextField("présentation", blank=True)
    website = models.URLField("site", blank=True)
    commune = models.ForeignKey(
        "partners.Commune", models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="commune"
    )
    department = models.ForeignKey(
        "partners.Department",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="département",
    )
    region = models.ForeignKey(
        "partners.Region",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="région",
    )
    axes = models.ManyToManyField("partners.Axis", blank=True, related_name="organisations", verbose_name="axes")
    is_public = models.BooleanField("visible dans l’annuaire", default=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)
    source = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    updated_at = models.DateTimeField("modifiée le", auto_now=True)
    search = SearchVectorField(null=True, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        ordering = ["search_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["siren"],
                condition=~Q(siren="") & Q(siret=""),
                name="organisation_siren_once",
                violation_error_message="Une organisation porte déjà ce numéro SIREN.",
            ),
            models.UniqueConstraint(
                fields=["siret"],
                condition=~Q(siret=""),
                name="organisation_siret_once",
                violation_error_message="Une organisation porte déjà ce numéro SIRET.",
            ),
            models.UniqueConstraint(
                fields=["rna"],
                condition=~Q(rna=""),
                name="organisation_rna_once",
                violation_error_message="Une organisation porte déjà ce numéro RNA.",
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^\d{9}$"),
                name="organisation_siren_shape",
                violation_error_message="Un numéro SIREN compte 9 chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"),
                name="organisation_siret_shape",
                violation_error_message="Un numéro SIRET compte 14 chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siren="") | Q(siret__startswith=models.F("siren")),
                name="organisation_siret_of_siren",
                violation_error_message="Le numéro SIRET commence par le numéro SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(rna="") | Q(rna__regex=r"^W\d[\dAB]\d{7}$"),
                name="organisation_rna_shape",
                violation_error_message="Un numéro RNA est un W suivi de 9 chiffres.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="network") | Q(parent__isnull=True),
                name="organisation_network_has_no_parent",
                violation_error_message="Un réseau national n’a pas de réseau de rattachement.",
            ),
            models.CheckConstraint(
                condition=~Q(slug__in=RESERVED_SLUGS),
                name="organisation_slug_is_free",
                violation_error_message="Cette adresse est réservée au portail : choisissez-en une autre.",
            ),
            models.CheckConstraint(
                condition=Q(absorbed_into__isnull=True) | Q(is_public=False),
                name="organisation_absorbed_is_hidden",
                violation_error_message="Cette fiche a été absorbée par une autre : elle reste masquée.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="organisation_has_name", violation_error_message="Le nom est obligatoire."
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="organisation_name_trgm"),
            GinIndex(fields=["search"], name="organisation_search"),
            models.Index(fields=["search_name", "id"], name="organisation_by_name"),
            models.Index(fields=["kind", "search_name", "id"], name="organisation_kind_name"),
            models.Index(fields=["department", "search_name"], name="organisation_department_name"),
            models.Index(fields=["region", "search_name"], name="organisation_region_name"),
            models.Index(
                fields=["region", "id"], condition=models.Q(absorbed_into__isnull=True), name="organisation_standing"
            ),
            # What a delegate writes (perimeter.writable), read without the rows.
            models.Index(
                fields=["region", "id"], include=["absorbed_into"], condition=~models.Q(kind="network"),
                name="organisation_of_delegate",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        return self.short_name or self.name
