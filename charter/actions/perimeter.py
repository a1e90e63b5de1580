"""Which agent of La Poste may decide for which organisation."""

from django.core.exceptions import PermissionDenied

from partners.models import Organisation, User


def require_perimeter(by: User, organisation: Organisation) -> None:
    """Raise PermissionDenied unless ``by`` is an agent who may write in ``organisation``."""
    if not by.is_staff or not Organisation.objects.writable_by(by).filter(pk=organisation.pk).exists():
        raise PermissionDenied
