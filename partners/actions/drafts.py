"""What is typed and not sent: saved as it comes, forgotten once sent, given up, or left alone for 90 days."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from partners.models import Organisation, ProjectDraft, User

TYPED_MAX = 40_000
DRAFTS_MAX = 20


def save_draft(*, token: UUID, author: User, organisation: Organisation, typed: dict) -> ProjectDraft | None:
    """Keep the answers of one page, again and again under its ``token``. None when nothing is worth keeping: no title
    and no text, too much of it, or 20 drafts already. A token of somebody else changes nothing.
    """
    typed = {name: values for name, values in typed.items() if any(values)}
    size = sum(len(value) for values in typed.values() for value in values)
    if size > TYPED_MAX or not any(typed.get(name) for name in ("title", "summary", "description")):
        return None
    own = ProjectDraft.objects.of(author, organisation)
    draft = own.filter(token=token).first()
    if draft is None:
        if own.count() >= DRAFTS_MAX or ProjectDraft.objects.filter(token=token).exists():
            return None
        draft, _ = ProjectDraft.objects.get_or_create(
            token=token, defaults={"author": author, "organisation": organisation}
        )
    draft.typed = typed
    draft.save()
    return draft


def drop_draft(*, token: UUID, author: User, title: str = "") -> None:
    """The draft of a page; with ``title``, also those that an earlier page kept of the same project."""
    same = Q(token=token) | Q(typed__title=[title]) if title else Q(token=token)
    ProjectDraft.objects.filter(same, author=author).delete()


def forget_drafts(*, at: datetime) -> int:
    return ProjectDraft.objects.forgotten(at).delete()[0]
