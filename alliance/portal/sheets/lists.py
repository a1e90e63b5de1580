"""What the cells of a file are read against: looked up once for the whole file, or once for each text."""

from functools import cached_property

from django.db.models import Q

from alliance.portal.sheets.columns import plain, wrong
from partners.models import Axis, Commune, Department, GroupEntity, Membership, Organisation, Region, User

NUMBERS = ("siret", "rna", "siren")


class Lists:
    """For one agent and one file; also keeps what the file itself has created so far (``made``)."""

    def __init__(self, user: User):
        self.user = user
        current = list(Axis.objects.current())
        self.axes = {str(axis.number): axis.pk for axis in current}
        self.axis_words = tuple(f"{axis.number} {axis.label}" for axis in current)
        self.made: set[tuple] = set()
        self._organisations: dict[str, int | None] = {}
        self._agents: dict[str, User | None] = {}

    @cached_property
    def communes(self) -> dict[str, str | None]:
        """``{INSEE code: region}``."""
        return dict(Commune.objects.values_list("code", "region_id"))

    @cached_property
    def communes_named(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code, name in Commune.objects.values_list("code", "name").iterator(chunk_size=2_000):
            found.setdefault(plain(name), []).append(code)
        return found

    @cached_property
    def regions(self) -> dict[str, str]:
        return {plain(text): code for code, name in Region.objects.values_list("code", "name") for text in (code, name)}

    @cached_property
    def departments(self) -> dict[str, str]:
        rows = Department.objects.values_list("code", "name")
        return {plain(text): code for code, name in rows for text in (code, code.lstrip("0"), name)}

    @cached_property
    def entities(self) -> dict[str, int]:
        return {plain(label): pk for label, pk in GroupEntity.objects.values_list("label", "pk")}

    @cached_property
    def parents(self) -> dict[str, int]:
        found = {}
        networks = Organisation.objects.filter(kind__in=["network", "regional"], children__isnull=True) | (
            Organisation.objects.filter(children__isnull=False)
        )
        for pk, slug, siren, siret in networks.distinct().values_list("pk", "slug", "siren", "siret"):
            found |= {slug: pk} | ({siren: pk} if siren and not siret else {})
        return found

    def parent(self, text: str) -> int | None:
        if text and text.strip().lower() not in self.parents:
            raise wrong(f"Aucun réseau n’a l’adresse ou le SIREN « {text[:60]} ».")
        return self.parents[text.strip().lower()] if text else None

    @cached_property
    def numbers(self) -> dict[str, dict[str, int]]:
        """Who holds each number: ``{"siret": {number: pk}}``."""
        held: dict[str, dict[str, int]] = {name: {} for name in NUMBERS}
        for pk, siren, siret, rna in Organisation.objects.values_list("pk", "siren", "siret", "rna").iterator():
            held["siret"][siret], held["rna"][rna] = pk, pk
            held["siren"][siren if not siret else ""] = pk
        return {name: {number: pk for number, pk in found.items() if number} for name, found in held.items()}

    def organisation(self, text: str) -> int | None:
        """By its address here, its SIRET, its SIREN, or its name when nobody else has it."""
        if not text:
            return None
        if text not in self._organisations:
            self._organisations[text] = found_organisation(text)
        if self._organisations[text] is None:
            raise wrong(
                f"Aucune organisation du portail, ou plusieurs : « {text[:60]} ». Écrivez son SIREN ou son SIRET."
            )
        return self._organisations[text]

    def member(self, organisation: int, email: str) -> User | None:
        """Somebody who acts for it today."""
        here = Membership.objects.live().filter(organisation=organisation)
        return User.objects.filter(is_active=True, email__iexact=email, pk__in=here.values("user")).first()

    def agent(self, email: str) -> User | None:
        email = email.lower()
        if email not in self._agents:
            self._agents[email] = User.objects.filter(is_active=True, is_staff=True, email__iexact=email).first()
        return self._agents[email]

    def is_within(self, commune: str | None, kind: str = "") -> bool:
        """Whether a row of this place stays in the agent's perimeter."""
        if self.user.is_national:
            return True
        return kind != "network" and self.communes.get(commune or "") in self.user.region_codes


def found_organisation(text: str) -> int | None:
    number = "".join(text.split())
    by_number = Q(siret=number) | Q(siren=number, siret="") if number.isdecimal() else Q(pk__in=[])
    for wanted in (Q(slug=text.lower()), by_number, Q(name__iexact=text)):
        found = list(Organisation.objects.filter(wanted).values_list("pk", flat=True)[:2])
        if len(found) == 1:
            return found[0]
    return None
