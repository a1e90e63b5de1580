"""Builders of needs and resources."""

from datetime import timedelta

from django.utils import timezone

from partners.models import Need, Resource
from tests import builders


def need(organisation=None, axis=None, **fields) -> Need:
    """Looked for in Brest for two months: premises, unless told otherwise."""
    now = timezone.now()
    fields.setdefault("commune", organisation.commune if organisation and organisation.commune else builders.commune())
    fields.setdefault("created_by", None)
    fields["created_by"] = fields["created_by"] or builders.user()
    made = Need.objects.create(
        organisation=organisation or builders.organisation(), axis=axis or builders.axis(),
        **{"kind": "premises", "title": "Une salle", "until": timezone.localdate() + timedelta(60), "created_at": now}
        | fields,
    )  # fmt: skip
    return Need.objects.select_related("organisation", "axis", "commune").get(pk=made.pk)


def resource(axes=(), **fields) -> Resource:
    """Premises in Brest and 30 km around, unless told otherwise; ``commune=None`` is everywhere."""
    fields.setdefault("commune", builders.commune() if "commune" not in fields else None)
    fields.setdefault("radius_km", 30 if fields["commune"] else None)
    fields.setdefault("published_by", None)
    fields["published_by"] = fields["published_by"] or builders.user(is_staff=True)
    now = timezone.now()
    made = Resource.objects.create(
        **{"kind": "premises", "title": "Deux salles", "quantity": "le soir", "created_at": now}
        | {"starts_on": timezone.localdate(now)}
        | fields,
    )
    made.axes.set(axes)
    return Resource.objects.select_related("commune").get(pk=made.pk)
