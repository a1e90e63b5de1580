"""What a merger would do, row by row: read for the preview, and by the merger itself under its locks."""

from dataclasses import dataclass, field

from django.db.models import ForeignKey, Model, QuerySet
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.portal.actions.merge_rules import RULES, Doubled, Fate, Rule, relations
from charter.models import CharterVersion, Signature
from partners.models import Organisation

RANKS = {"network": 0, "regional": 1, "local": 2, "authority": 2}
NUMBERS = ("siren", "siret", "rna")
TEXTS = ("short_name", "website", "summary", "description", "commune_id")


@dataclass
class Share:
    """The rows of one relation. Keys of those that move, that have a twin already, and how many stay."""

    label: str
    model: type[Model]
    column: ForeignKey
    rule: Rule
    moved: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    staying: int = 0

    @property
    def noun(self) -> str:
        if self.model is Organisation:
            return "fiches déjà absorbées" if self.column.name == "absorbed_into" else "membres du réseau"
        return "axes" if self.model._meta.auto_created else str(self.model._meta.verbose_name_plural)

    @property
    def left(self) -> int:
        return self.staying + (len(self.doubled) if self.rule.doubled is Doubled.STAYS else 0)

    @property
    def dropped(self) -> int:
        return 0 if self.rule.doubled is Doubled.STAYS else len(self.doubled)

    @property
    def why(self) -> str:
        return self.rule.why if self.left or self.dropped else ""


@dataclass
class Plan:
    """``fills``: attribute → what the kept organisation takes from the other; ``refusals``: why it cannot be done."""

    keep: Organisation
    gone: Organisation
    shares: list[Share]
    fills: dict[str, object]
    refusals: list[Conflict]

    @property
    def filled(self) -> list[tuple[str, object]]:
        """What the kept organisation takes, in words."""
        told = [(Organisation._meta.get_field(name.removesuffix("_id")), value) for name, value in self.fills.items()]
        return [
            (each.verbose_name, getattr(self.gone, each.name) if each.is_relation else value) for each, value in told
        ]

    @property
    def total(self) -> int:
        return sum(len(share.moved) for share in self.shares)


def plan(keep: Organisation, gone: Organisation, *, lock: bool = False) -> Plan:
    shares = [share_of(RULES[label], label, model, column, keep, gone, lock) for label, model, column in relations()]
    shares = [share for share in shares if share.moved or share.doubled or share.staying]
    return Plan(keep, gone, shares, fills_of(keep, gone), list(refusals(keep, gone, shares)))


def share_of(rule: Rule, label: str, model, column: ForeignKey, keep, gone, lock: bool) -> Share:
    share = Share(label, model, column, rule)
    rows = model._base_manager.filter(**{column.name: gone}).exclude(pk=keep.pk if model is Organisation else None)
    if rule.fate is Fate.DERIVED:
        return share
    if rule.fate is Fate.STAYS:
        share.staying = rows.count()
        return share
    moving = (rows.select_for_update(of=("self",)) if lock else rows).filter(rule.only).order_by("pk")
    keys = list(moving.values_list("pk", flat=True))
    share.staying = rows.count() - len(keys) if rule.only else 0
    if keys:
        share.doubled = twins(rule, model._base_manager.filter(**{column.name: keep}), rows.filter(rule.only))
    taken = set(share.doubled)
    share.moved = [key for key in keys if key not in taken]
    return share


def twins(rule: Rule, theirs: QuerySet, ours: QuerySet) -> list[int]:
    """The keys of ``ours`` that would be there twice; letters are compared without their case."""
    if not rule.same:
        return []
    there = {values(row) for row in theirs.filter(rule.alike).values_list(*rule.same)}
    rows = ours.filter(rule.alike).order_by("pk").values_list("pk", *rule.same)
    return [key for key, *row in rows if values(row) in there]


def values(row) -> tuple[str, ...]:
    return tuple(str(value).lower() for value in row)


def fills_of(keep: Organisation, gone: Organisation) -> dict[str, object]:
    """What is empty in the one and known of the other; numbers only when they belong together."""
    names = [name for name in TEXTS if not getattr(keep, name) and getattr(gone, name)]
    names += ["rna"] if gone.rna and not keep.rna else []
    if gone.siren and not keep.siren and (not keep.siret or keep.siret.startswith(gone.siren)):
        names.append("siren")
    siren = keep.siren or (gone.siren if "siren" in names else "")
    if gone.siret and not keep.siret and gone.siret.startswith(siren):
        names.append("siret")
    fills = {name: getattr(gone, name) for name in names}
    if gone.parent_id and not keep.parent_id and keep.pk != gone.parent_id and RANKS[keep.kind]:
        above = gone.parent
        if RANKS[above.kind] < RANKS[keep.kind] and above.parent_id != keep.pk:
            fills["parent_id"] = gone.parent_id
    return fills


def refusals(keep: Organisation, gone: Organisation, shares: list[Share]):
    if keep.pk == gone.pk:
        yield Conflict("Une fiche ne fusionne pas avec elle-même.", code="same")
    for each in (keep, gone):
        if each.absorbed_into_id:
            yield Conflict(f"« {each} » a déjà été absorbée par une autre fiche.", code="absorbed")
    version = CharterVersion.objects.in_force(timezone.localdate())
    if version and engaged(gone, version) and not engaged(keep, version):
        sentence = f"« {gone} » a signé la charte et « {keep} » non : une signature ne change pas de fiche. "
        yield Conflict(sentence + "Gardez plutôt la fiche qui a signé.", code="signed_by_gone")
    below = gone.children.exclude(pk=keep.pk).values_list("kind", flat=True).distinct()
    if any(RANKS[kind] <= RANKS[keep.kind] for kind in below.order_by()):
        sentence = f"« {keep} » est d’un niveau trop bas pour recevoir les membres de « {gone} »."
        yield Conflict(sentence, code="members_rank")
    for share in shares:
        if share.doubled and share.rule.doubled is Doubled.REFUSED:
            yield Conflict(share.rule.why, code="doubled")


def engaged(organisation: Organisation, version: CharterVersion) -> bool:
    return Signature.objects.answering(version).filter(organisation=organisation).exists()
