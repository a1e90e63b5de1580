"""Letters about people: who is invited, and what changed in their access."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from alliance.lib import mail
from partners.models import (
    FollowUp,
    Need,
    Project,
    ProposedChange,
    Region,
    TerritoryMessage,
    UpdateLink,
    User,
)
from partners.models.message import delegates_of, national_team
from partners.models.personal import LetterKind
from partners.wishes import wants

SECURITY_NOTICES = {
    "totp_activated": "Une application de codes a été ajoutée à votre compte",
    "totp_deactivated": "L’application de codes de votre compte a été retirée",
    "webauthn_added": "Une clé d’accès a été ajoutée à votre compte",
    "webauthn_removed": "Une clé d’accès de votre compte a été retirée",
    "recovery_codes_generated": "De nouveaux codes de secours ont été faits pour votre compte",
    "password_changed": "Le mot de passe de votre compte a été changé",
}


def send_staff_invitation(user_id: int, inviter_id: int, *, message_id: str) -> None:
    person = User.objects.filter(pk=user_id, is_active=True, is_staff=True).first()
    if person is None:
        return
    mail.send(
        to=[person.email],
        template="mail/partners/staff_invitation.txt",
        context={
            "person": person,
            "inviter": User.objects.filter(pk=inviter_id).first(),
            "sign_in_path": reverse("account_login"),
        },
        message_id=message_id,
    )


def send_second_factor_reset(user_id: int, *, message_id: str) -> None:
    person = User.objects.get(pk=user_id)
    mail.send(
        to=[person.email],
        template="mail/partners/second_factor_reset.txt",
        context={"person": person, "sign_in_path": reverse("account_login")},
        message_id=message_id,
    )


def send_project_news(project_id: int, template: str, *, message_id: str, corrected: bool = False) -> None:
    """Tell the author of a project what the back office decided; nothing leaves for a closed account."""
    project = Project.objects.select_related("submitted_by", "lead").get(pk=project_id)
    author = project.submitted_by
    if author is None or not author.is_active or not wants(author, LetterKind.PROJECTS):
        return
    lead, slug, space = project.lead, project.slug, reverse("portal:space")
    mail.send(
        to=[project.submitted_by.email],
        template=template,
        context={
            "project": project,
            "corrected": corrected,
            "public_path": reverse("partners:project", args=[slug]),
            "space_path": reverse("partners:space_projects", args=[lead.slug]) if lead else space,
            "edit_path": reverse("partners:space_project_edit", args=[lead.slug, slug]) if lead else space,
        },
        message_id=message_id,
    )


def send_security_notice(user_id: int, event: str, at: datetime, *, message_id: str) -> None:
    """What changed in the person's own access; ``event`` is one of ``SECURITY_NOTICES``."""
    person = User.objects.get(pk=user_id)
    mail.send(
        to=[person.email],
        template="mail/account/security_notice.txt",
        context={"person": person, "title": SECURITY_NOTICES[event], "at": at},
        message_id=message_id,
    )


def send_territory_message(message_pk: int, *, message_id: str) -> None:
    """Tell the région's agents, or the national team where there is none, that a message waits.

    The letter holds neither the message nor who wrote it: both stay in the queue, behind the second factor.
    """
    message = TerritoryMessage.objects.select_related("region", "department").filter(pk=message_pk).first()
    if message is None or message.handled_at:
        return
    readers = delegates_of(message.region) or national_team()
    if emails := [reader.email for reader in readers if wants(reader, LetterKind.WORK)]:
        mail.send(
            to=emails,
            template="mail/partners/territory_message.txt",
            context={
                "message": message,
                "place": message.department or message.region,
                "queue_path": reverse("admin:partners_territorymessage_change", args=[message.pk]),
            },
            message_id=message_id,
        )


def send_territory_receipt(message_pk: int, *, message_id: str) -> None:
    """Confirm to the writer. Nothing of the message is repeated: the address may be somebody else's."""
    message = TerritoryMessage.objects.select_related("region", "department").filter(pk=message_pk).first()
    if message is not None:
        mail.send(
            to=[message.email],
            template="mail/partners/territory_receipt.txt",
            context={"message": message, "place": message.department or message.region},
            message_id=message_id,
        )


def send_change_decided(change_id: int, *, message_id: str) -> None:
    """Tell whoever proposed a change what became of it; nothing leaves for a closed account."""
    rows = ProposedChange.objects.select_related("proposed_by", "project__lead", "organisation")
    change = rows.get(pk=change_id)
    if not change.proposed_by.is_active or not wants(change.proposed_by, LetterKind.PROJECTS):
        return
    subject, lead = change.subject, change.project.lead if change.project else change.organisation
    noun = "project" if change.project else "organisation"
    edit = reverse("portal:space")
    if lead:
        edit = reverse("partners:space_profile", args=[lead.slug])
        if change.project:
            edit = reverse("partners:space_project_edit", args=[lead.slug, subject.slug])
    mail.send(
        to=[change.proposed_by.email],
        template="mail/partners/change_decided.txt",
        context={
            "change": change,
            "subject": subject,
            "public_path": reverse(f"partners:{noun}", args=[subject.slug]),
            "edit_path": edit,
        },
        message_id=message_id,
    )


def send_follow_up(link_id: int, *, message_id: str) -> None:
    """Ask a person about their projects, and remind them of needs that end soon, in one letter.

    Nothing leaves once projects are confirmed and no need ends soon, or once the link is over.
    """
    now = timezone.now()
    link = UpdateLink.objects.live(now).select_related("person").filter(pk=link_id).first()
    if link is None or FollowUp.objects.filter(person=link.person, stopped_at__isnull=False).exists():
        return
    today = timezone.localdate(now)
    rows = Project.objects.public().filter(pk__in=link.projects, confirmed_on__lt=timezone.localdate(link.made_at))
    projects = list(rows.select_related("commune").order_by("confirmed_on", "pk"))
    for project in projects:
        project.left = project.freshness(today) == "stale"
    needs = list(Need.objects.ending_for(link.person, today).select_related("organisation").order_by("until", "pk"))
    if not projects and not needs:
        return
    stop_path = reverse("partners:follow_up_stop", args=[link.token])
    mail.send(
        to=[link.person.email],
        template="mail/partners/follow_up.txt",
        context={
            "person": link.person,
            "link": link,
            "projects": projects,
            "needs": needs,
            "path": reverse("partners:follow_up", args=[link.token]),
            "stop_path": stop_path,
        },
        headers={
            "List-Unsubscribe": f"<{settings.SITE_URL}{stop_path}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        message_id=message_id,
    )


def send_moderation_reminder(
    region_code: str | None, days: int, project_ids: list[int], change_ids: list[int], *, message_id: str
) -> None:
    """Tell the région's agents, or the national team, what still waits after so many days."""
    projects = list(Project.objects.filter(pk__in=project_ids, moderation="submitted"))
    changes = ProposedChange.objects.waiting().filter(pk__in=change_ids).select_related("project", "organisation")
    waiting = [project.title for project in projects] + [str(change) for change in changes]
    region = Region.objects.filter(pk=region_code).first() if region_code else None
    readers = (delegates_of(region) if region else None) or national_team()
    emails = [reader.email for reader in readers if wants(reader, LetterKind.WORK)]
    if waiting and emails:
        mail.send(
            to=emails,
            template="mail/partners/moderation_reminder.txt",
            context={"waiting": waiting, "days": days, "region": region, "path": reverse("staff_moderation")},
            message_id=message_id,
        )
