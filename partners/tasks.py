"""Work that the acts of partners/actions owe."""

from django.core.files.storage import default_storage

from alliance import outbox
from partners import agreement_mails, arrival_mails, bounces, mailing_posts, mails, need_mails


@outbox.work("partners.send_space_invitation")
def send_space_invitation(invitation_id: int, *, owed) -> None:
    arrival_mails.send_invitation(invitation_id, message_id=owed.message_id)


@outbox.work("partners.send_invitation")
def send_invitation(membership_id: int, inviter_id: int, *, owed) -> None:
    arrival_mails.send_welcome(membership_id, inviter_id, message_id=owed.message_id)


@outbox.work("partners.send_join_confirmation")
def send_join_confirmation(request_id: int, *, owed) -> None:
    arrival_mails.send_join_confirmation(request_id, message_id=owed.message_id)


@outbox.work("partners.send_join_request")
def send_join_request(request_id: int, user_id: int, *, owed) -> None:
    arrival_mails.send_join_request(request_id, user_id, message_id=owed.message_id)


@outbox.work("partners.send_join_request_to_agents")
def send_join_request_to_agents(request_id: int, *, owed) -> None:
    arrival_mails.send_join_request_to_agents(request_id, message_id=owed.message_id)


@outbox.work("partners.send_join_decision")
def send_join_decision(request_id: int, *, owed) -> None:
    arrival_mails.send_join_decision(request_id, message_id=owed.message_id)


@outbox.work("partners.send_staff_invitation")
def send_staff_invitation(user_id: int, inviter_id: int, *, owed) -> None:
    mails.send_staff_invitation(user_id, inviter_id, message_id=owed.message_id)


@outbox.work("partners.send_second_factor_reset")
def send_second_factor_reset(user_id: int, *, owed) -> None:
    mails.send_second_factor_reset(user_id, message_id=owed.message_id)


@outbox.work("partners.send_project_published")
def send_project_published(project_id: int, corrected: bool = False, *, owed) -> None:
    template = "mail/partners/project_published.txt"
    mails.send_project_news(project_id, template, message_id=owed.message_id, corrected=corrected)


@outbox.work("partners.send_project_returned")
def send_project_returned(project_id: int, *, owed) -> None:
    mails.send_project_news(project_id, "mail/partners/project_returned.txt", message_id=owed.message_id)


@outbox.work("partners.send_change_decided")
def send_change_decided(change_id: int, *, owed) -> None:
    mails.send_change_decided(change_id, message_id=owed.message_id)


@outbox.work("partners.send_follow_up")
def send_follow_up(link_id: int, *, owed) -> None:
    mails.send_follow_up(link_id, message_id=owed.message_id)


@outbox.work("partners.send_moderation_reminder")
def send_moderation_reminder(region: str | None, days: int, projects: list, changes: list, *, owed) -> None:
    mails.send_moderation_reminder(region, days, projects, changes, message_id=owed.message_id)


@outbox.work("partners.erase_photo")
def erase_photo(paths: list[str], *, owed) -> None:
    for path in paths:
        default_storage.delete(path)


@outbox.work("partners.send_security_notice")
def send_security_notice(user_id: int, event: str, *, owed) -> None:
    mails.send_security_notice(user_id, event, owed.created_at, message_id=owed.message_id)


@outbox.work("partners.send_territory_message")
def send_territory_message(message_pk: int, *, owed) -> None:
    mails.send_territory_message(message_pk, message_id=owed.message_id)


@outbox.work("partners.send_territory_receipt")
def send_territory_receipt(message_pk: int, *, owed) -> None:
    mails.send_territory_receipt(message_pk, message_id=owed.message_id)


@outbox.work("partners.send_agreement_news")
def send_agreement_news(event_id: int, user_id: int, *, owed) -> None:
    agreement_mails.send_news(event_id, user_id, message_id=owed.message_id)


@outbox.work("partners.send_agreement_turn")
def send_agreement_turn(signer_id: int, again: bool = False, *, owed) -> None:
    agreement_mails.send_turn(signer_id, again=again, message_id=owed.message_id)


@outbox.work("partners.send_term_alert")
def send_term_alert(alert_id: int, user_id: int, *, owed) -> None:
    agreement_mails.send_term_alert(alert_id, user_id, message_id=owed.message_id)


@outbox.work("partners.feed_mailing")
def feed_mailing(mailing_id: int, turn: int, *, owed) -> None:
    mailing_posts.feed(mailing_id, turn)


@outbox.work("partners.send_mailing_letter", failed=mailing_posts.note_given_up)
def send_mailing_letter(recipient_id: int, again: bool = False, *, owed) -> None:
    mailing_posts.send_letter(recipient_id, message_id=owed.message_id if again else None)


outbox.on_rejected(bounces.note_rejected)


@outbox.work("partners.send_match_proposed")
def send_match_proposed(match_id: int, user_id: int, *, owed) -> None:
    need_mails.send_proposed(match_id, user_id, message_id=owed.message_id)


@outbox.work("partners.send_match_decided")
def send_match_decided(match_id: int, *, owed) -> None:
    need_mails.send_decided(match_id, message_id=owed.message_id)
