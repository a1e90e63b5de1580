"""Projects without news, and the links that ask for some."""

from datetime import date, timedelta

from django.utils import timezone

from partners.models import UpdateLink
from partners.models.project import months_before


def months_ago(months: int) -> date:
    return months_before(timezone.localdate(), months)


def link_of(person, *projects, **fields) -> UpdateLink:
    now = timezone.now()
    fields = {"made_at": now, "expires_at": now + timedelta(days=45)} | fields
    return UpdateLink.objects.create(person=person, projects=[each.pk for each in projects], **fields)


def path_of(link: UpdateLink) -> str:
    return f"/suivi/{link.token}/"
