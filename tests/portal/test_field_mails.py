"""Which letter tells whom what about a person: every personal value of every template, declared here.

``template | who gets it | what is the reader's own | what is somebody else's``. A template that is not here
says nothing about anybody.
"""

import re
from pathlib import Path

LETTERS = Path("templates/mail")
SAID = re.compile(r"\{[{%][^}]*?[}%]\}")
WORD = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)*")
PERSONAL = {
    "colleague", "email", "full_name", "inviter", "job_title", "person_job_title", "person_name", "phone",
    "reader_name", "sender", "signer_name",
}  # fmt: skip
NAMED = ("attendee.name", "speaker.name")
MAILS = """
    account/security_notice.txt | the person | person.full_name | -
    charter/adhesion_receipt.txt | who adhered | adhesion.person_name | -
    charter/alarms.txt | agent | person.full_name | -
    charter/code.txt | signatory | person.full_name | -
    charter/countersigned.txt | signatory | person.full_name | -
    charter/deliberation.txt | member | person.full_name | -
    charter/invitation.txt | signatory | person.full_name | -
    charter/mandate_contested.txt | signatory | person.full_name | -
    charter/mandate_refused.txt | signatory | person.full_name | -
    charter/mandate_verified.txt | signatory | person.full_name | -
    charter/receipt.txt | signatory | person.full_name | -
    charter/refused.txt | signatory | person.full_name | -
    charter/reminder.txt | signatory | person.full_name | -
    charter/transmission.txt | member, of a colleague | person.full_name | sender.full_name
    charter/withdrawal.txt | signatory | person.full_name | -
    charter/withdrawal_code.txt | signatory | person.full_name | -
    events/cancelled.txt | attendee | attendee.name | -
    events/certificate.txt | attendee | attendee.name | -
    events/certificate_withdrawn.txt | attendee | attendee.name | -
    events/confirmed.txt | attendee, or who registered, of a colleague | attendee.name | colleague
    events/convention_cancelled.txt | attendee | attendee.name | -
    events/convention_moved.txt | attendee | attendee.name | -
    events/declined.txt | attendee | attendee.name | -
    events/give_back.txt | attendee, or who registered, of a colleague | - | colleague
    events/offer.txt | attendee | attendee.name | -
    events/offer_again.txt | attendee | attendee.name | -
    events/offer_expired.txt | attendee | attendee.name | -
    events/offer_withdrawn.txt | attendee | attendee.name | -
    events/facilitator_link.txt | attendee | attendee.name | -
    events/proposal_step.txt | attendee | attendee.name | -
    events/proposals_received.txt | attendee | attendee.name | -
    events/programme_change.txt | attendee | attendee.name | -
    events/promoted.txt | attendee | attendee.name | -
    events/ticket.txt | attendee | attendee.name | -
    events/reminder_eve.txt | attendee | attendee.name | -
    events/reminder_week.txt | attendee | attendee.name | -
    events/thanks.txt | attendee | attendee.name | -
    events/roadmap_step.txt | attendee | attendee.name | -
    events/speaker_request.txt | speaker | speaker.name | -
    events/waiting.txt | attendee, or who registered, of a colleague | attendee.name | colleague
    events/wishes_open.txt | attendee | attendee.name | -
    events/workshop_place.txt | attendee | attendee.name | -
    events/workshops.txt | attendee | attendee.name | -
    partners/agreement_news.txt | side of an agreement | person.full_name | -
    partners/agreement_term.txt | side of an agreement | person.full_name | -
    partners/agreement_turn.txt | who signs next | person.full_name signer.job_title | -
    partners/change_decided.txt | who proposed | change.proposed_by.full_name | -
    partners/follow_up.txt | writer | person.full_name | -
    partners/invitation.txt | who is invited, of who invites | invitation.full_name | invitation.invited_by.full_name
    partners/join_decision.txt | who asked | asked.full_name | -
    partners/join_request.txt | administrator, of who asks | - | asked.email asked.full_name asked.job_title
    partners/match_decided.txt | member or agent | person.full_name | -
    partners/match_proposed.txt | member or agent | person.full_name | -
    partners/project_published.txt | who submitted | project.submitted_by.full_name | -
    partners/project_returned.txt | who submitted | project.submitted_by.full_name | -
    partners/second_factor_reset.txt | agent | person.full_name | -
    partners/staff_invitation.txt | agent, of who invites | person.full_name | inviter inviter.full_name
    partners/welcome.txt | member, of who invites | person.full_name | inviter inviter.full_name
"""


def declared() -> dict[str, tuple[str, set[str], set[str]]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in MAILS.strip().splitlines()]
    return {name: (reader, set(own.split()) - {"-"}, set(others.split()) - {"-"}) for name, reader, own, others in rows}


def personal(text: str) -> set[str]:
    """The personal values that a template shows or asks about."""
    words = {word for said in SAID.findall(text) for word in WORD.findall(re.sub(r'"[^"]*"', "", said))}
    return {word for word in words if word.split(".")[-1] in PERSONAL or word.endswith(NAMED)}


def differences(letters: dict[str, str]) -> list[str]:
    known, wrong = declared(), []
    for name, text in sorted(letters.items()):
        _, own, others = known.get(name, ("", set(), set()))
        if told := sorted(personal(text) ^ (own | others)):
            wrong.append(
                f"{name} and MAILS of tests/portal/test_field_mails.py differ by {told}: whose is it, who reads?"
            )
    return wrong


def every_letter() -> dict[str, str]:
    return {str(each.relative_to(LETTERS)): each.read_text() for each in LETTERS.rglob("*.txt")}


def test_every_personal_value_of_every_letter_is_declared():
    letters = every_letter()
    assert differences(letters) == []
    assert len(letters) > 50


def test_whoever_reads_about_somebody_else_is_said():
    assert [name for name, (reader, _, others) in declared().items() if others and " of " not in f" {reader} "] == []


def test_control_a_letter_that_names_somebody_else_is_told():
    letters = every_letter()
    letters["events/promoted.txt"] += "{% if signer.email %}{{ signer.full_name|title }}{% endif %}"
    (told,) = differences(letters)
    assert "differ by ['signer.email', 'signer.full_name']" in told
