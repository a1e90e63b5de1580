"""Pieces joined to an agreement."""

import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.lib.files import MEGABYTE, MIME_TYPES, check_upload
from partners.actions.agreements import Event, locked, note
from partners.models import Agreement, AgreementFile, User
from partners.models.agreement_signing import Side

KINDS = ("pdf", "png", "jpeg", "webp")
MAX_BYTES = 10 * MEGABYTE
MOST = 40


@transaction.atomic
def attach_file(
    *, agreement: Agreement, side: str, by: User, upload: UploadedFile, name: str, shared: bool = True
) -> AgreementFile:
    """Join a piece; what a partner joins is always seen by both. Raises Conflict "too_many"."""
    agreement = locked(agreement, by, side)
    if agreement.files.count() >= MOST:
        raise Conflict(f"Un accord porte {MOST} pièces au plus.", code="too_many")
    return keep_file(agreement, upload, by, name=name, shared=shared or side == Side.PARTNER)


def keep_file(agreement: Agreement, upload: UploadedFile, by: User, *, name: str, **fields) -> AgreementFile:
    """Check the bytes and keep them, inside the caller's transaction. Raises ValidationError as ``check_upload``."""
    kind = check_upload(upload, kinds=KINDS, max_bytes=MAX_BYTES)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    kept = AgreementFile(
        agreement=agreement,
        name=name.strip(),
        mime_type=MIME_TYPES[kind],
        size=upload.size,
        digest=digest.hexdigest(),
        uploaded_by=by,
        uploaded_at=timezone.now(),
        file=upload,
        **fields,
    )
    kept.full_clean(exclude=["file"])
    kept.save()
    note(agreement, Event.FILE, by, what=kept.name, internal=not kept.shared)
    return kept
