"""What both sides write about a text, and what agents write among themselves."""

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners.actions.agreements import locked
from partners.models import Agreement, AgreementComment, AgreementRemark, AgreementVersion, User
from partners.models.agreement_version import Stage


@transaction.atomic
def comment_version(
    *, version: AgreementVersion, side: str, by: User, text: str, passage: str = ""
) -> AgreementComment:
    """Raises Conflict "not_shared" unless the text is under discussion."""
    locked(version.agreement_id, by, side)
    version = AgreementVersion.objects.get(pk=version.pk)
    if version.stage != Stage.SHARED:
        raise Conflict("Ce texte n’est pas en discussion : il ne se commente plus.", code="not_shared")
    comment = AgreementComment(
        version=version, side=side, author=by, passage=passage, text=text.strip(), created_at=timezone.now()
    )
    comment.full_clean(exclude=["resolved_at", "resolved_by"])
    comment.save()
    return comment


@transaction.atomic
def resolve_comment(*, comment: AgreementComment, side: str, by: User) -> AgreementComment:
    """Say that a comment is settled; the name of who said so stays. Raises Conflict "already_resolved"."""
    locked(comment.version.agreement_id, by, side)
    comment = AgreementComment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.resolved_at:
        raise Conflict("Ce commentaire est déjà réglé.", code="already_resolved")
    comment.resolved_at, comment.resolved_by = timezone.now(), by
    comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment


@transaction.atomic
def remark_agreement(*, agreement: Agreement, by: User, text: str) -> AgreementRemark:
    """A remark that only agents of La Poste ever read."""
    agreement = locked(agreement, by)
    remark = AgreementRemark(agreement=agreement, author=by, text=text.strip(), created_at=timezone.now())
    remark.full_clean()
    remark.save()
    return remark
