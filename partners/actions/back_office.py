"""What an agent changes in a row, one fact at a time: the same acts serve one row and many."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from alliance.lib.errors import Conflict
from partners.models import Agreement, Axis, Organisation, Project, User

type Thing = Organisation | Project | Agreement


def _locked(thing: Thing, by: User) -> Thing:
    """Concurrent acts queue on the row. PermissionDenied outside the perimeter."""
    row = type(thing).objects.writable_by(by).select_for_update(of=("self",)).filter(pk=thing.pk).first()
    if row is None:
        raise PermissionDenied
    return row


@transaction.atomic
def add_axis(*, thing: Thing, axis: Axis, by: User) -> None:
    """Raises Conflict "already"."""
    row = _locked(thing, by)
    if row.axes.filter(pk=axis.pk).exists():
        raise Conflict(f"Elle porte déjà l’axe « {axis.label} »." if isinstance(row, Organisation)
                       else f"Il porte déjà l’axe « {axis.label} ».", code="already")  # fmt: skip
    row.axes.add(axis)
    row.save(update_fields=["updated_at"])


@transaction.atomic
def remove_axis(*, thing: Thing, axis: Axis, by: User) -> None:
    """Raises Conflict "already", "last": a published project keeps one axis at least."""
    row = _locked(thing, by)
    others = set(row.axes.values_list("pk", flat=True))
    if axis.pk not in others:
        raise Conflict(f"L’axe « {axis.label} » n’y est pas.", code="already")
    if isinstance(row, Project) and others == {axis.pk}:
        raise Conflict("C’est son seul axe : donnez-lui en d’abord un autre.", code="last")
    row.axes.remove(axis)
    row.save(update_fields=["updated_at"])


@transaction.atomic
def show(*, thing: Organisation | Agreement, public: bool, by: User) -> None:
    """In the directory or the list of agreements, or no longer. Raises Conflict "already", "absorbed"."""
    row = _locked(thing, by)
    if row.is_public == public:
        raise Conflict("C’est déjà public." if public else "C’est déjà masqué.", code="already")
    if public and getattr(row, "absorbed_into_id", None):
        raise Conflict("Cette fiche a été absorbée par une autre : elle reste masquée.", code="absorbed")
    row.is_public = public
    row.save(update_fields=["is_public", "updated_at"])


@transaction.atomic
def join_network(*, organisation: Organisation, parent: Organisation, by: User) -> None:
    """Attach an organisation to its network. Raises Conflict "already", "self", "network"."""
    row = _locked(organisation, by)
    if row.parent_id == parent.pk:
        raise Conflict(f"Elle est déjà rattachée à « {parent} ».", code="already")
    if row.pk == parent.pk:
        raise Conflict("Une organisation ne se rattache pas à elle-même.", code="self")
    if row.kind == Organisation.Kind.NETWORK:
        raise Conflict("Un réseau national n’a pas de réseau de rattachement.", code="network")
    row.parent = parent
    row.save(update_fields=["parent", "updated_at"])


@transaction.atomic
def name_referent(*, agreement: Agreement, referent: User, by: User) -> None:
    """La Poste's referent. Raises Conflict "already"; ValidationError "outside" for whoever would not see it."""
    row = _locked(agreement, by)
    if row.referent_id == referent.pk:
        raise Conflict(f"{referent} en est déjà référent.", code="already")
    check_referent(row, referent)
    row.referent = referent
    row.save(update_fields=["referent", "updated_at"])


def check_referent(agreement: Agreement, person: User) -> None:
    """An agent whose perimeter holds it. Raises ValidationError "outside"."""
    if not person.is_staff or not Agreement.objects.visible_to(person).filter(pk=agreement.pk).exists():
        raise ValidationError("Cette personne ne peut pas s’en occuper : c’est hors de son périmètre.", "outside")
