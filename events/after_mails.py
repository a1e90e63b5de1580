"""Letters to those who came: their certificate, and that it was taken back."""

from alliance.lib import mail
from events import certificates
from events.models import Certificate
from events.models.after_links import after_path


def send_certificate(certificate_id: int, *, message_id: str) -> None:
    """With the paper as it is now; not when it was withdrawn meanwhile, nor to somebody without an address."""
    certificate = certificates.whole(certificate_id)
    if certificate.withdrawn_at is None:
        paper = (certificates.file_name(certificate), certificates.read(certificate), "application/pdf")
        _send("mail/events/certificate.txt", certificate, message_id, [paper])


def send_certificate_withdrawn(certificate_id: int, *, message_id: str) -> None:
    certificate = certificates.whole(certificate_id)
    if certificate.withdrawn_at is not None:
        _send("mail/events/certificate_withdrawn.txt", certificate, message_id, [])


def _send(template: str, certificate: Certificate, message_id: str, attachments: list) -> None:
    registration = certificate.registration
    if not registration.attendee.email:
        return
    mail.send(
        to=[registration.attendee.email],
        template=template,
        context={
            "attendee": registration.attendee,
            "certificate": certificate,
            "convention": registration.convention,
            "after_path": after_path(registration),
            "verify_url": certificates.verify_url(certificate),
        },
        message_id=message_id,
        attachments=attachments,
    )
