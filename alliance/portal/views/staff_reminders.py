"""Reminders of a campaign, and its closing: what will happen is shown first, then done on an agent's word."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.errors import Conflict
from alliance.lib.french import count
from alliance.portal.staff_campaign_forms import ClosingForm, ConfirmForm, ReminderForm
from alliance.portal.views.staff_campaigns import ROWS, agent_only, found, national_only, page, refusals
from charter.actions.closing import close_campaign
from charter.actions.reminders import DRAFT_LASTS, confirm_reminder, draft_reminder
from charter.mails import reminder_letter
from charter.models import Campaign, CharterVersion, Concerned, RegisterLine, Reminder
from charter.models.register import Fate, csv_lines, with_fate
from charter.models.reminder import STAGES, Group, Recipient

Outcome = Recipient.Outcome


def status_of(form) -> int:
    if any(isinstance(error, Conflict) for error in refusals(form)):
        return 409
    return 400 if form.errors else 200


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, public_id) -> HttpResponse:
    """The reminders that left, and the first step of another: whom to write to."""
    (national_only if request.method == "POST" else agent_only)(request)
    campaign, now = found(public_id), timezone.now()
    form = ReminderForm(request.POST if request.method == "POST" else None, initial={"group": Group.UNOPENED})
    if form.is_bound and form.is_valid():
        try:
            reminder = draft_reminder(campaign=campaign, by=request.user, **form.cleaned_data, at=now)
        except Conflict as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("staff_reminder", campaign.public_id, reminder.public_id)
    concerned = campaign.concerned.visible_to(request.user).with_stage(campaign, now).order_by()
    reached = dict(concerned.values_list("stage").annotate(count=Count("*")))
    form.fields["group"].choices = [
        (group, f"{group.label} ({count(sum(reached.get(each, 0) for each in STAGES[group]), 'organisation')})")
        for group in Group
    ]
    sent = campaign.reminders.exclude(confirmed_at=None).select_related("confirmed_by")
    context = {
        "campaign": campaign,
        "form": form,
        "sent": sent_counts(sent, request.user),
        "may_remind": campaign.state == "open" and campaign.deadline(timezone.localdate(now)) is not None,
    }
    return page(request, "reminders", "Relances", status=status_of(form), **context)


def sent_counts(reminders, user) -> list[Reminder]:
    """Each with how many of its letters this agent may see, and how many were set aside; one query more."""
    listed = list(reminders[:ROWS])
    rows = Recipient.objects.filter(reminder__in=listed).visible_to(user).order_by()
    outcomes: dict[int, Counter] = {reminder.pk: Counter() for reminder in listed}
    for reminder, outcome, number in rows.values_list("reminder", "outcome").annotate(count=Count("*")):
        outcomes[reminder][outcome] += number
    for reminder in listed:
        seen = outcomes[reminder.pk]
        reminder.left = seen[Outcome.OWED] + seen[Outcome.SENT]
        reminder.aside = seen.total() - reminder.left
    return listed


@require_http_methods(["GET", "HEAD", "POST"])
def reminder(request: HttpRequest, public_id, reminder_id) -> HttpResponse:
    """The exact list and the letter; on the agent's word it leaves. Afterwards, what became of each."""
    (national_only if request.method == "POST" else agent_only)(request)
    rows = Reminder.objects.filter(campaign=found(public_id)).select_related("campaign__version", "confirmed_by")
    shown, now = get_object_or_404(rows, public_id=reminder_id), timezone.now()
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            confirmed = confirm_reminder(reminder=shown, by=request.user, **form.cleaned_data, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, told(confirmed))
            return redirect("staff_reminder", public_id, reminder_id)
    recipients = shown.recipients.visible_to(request.user).with_recent(now).select_related("organisation", "person")
    recent = not shown.confirmed_at and recipients.filter(was_recent=True).count()
    if not recent:
        del form.fields["again"]
    first = recipients.first()
    context = {
        "campaign": shown.campaign,
        "reminder": shown,
        "recipients": Paginator(recipients, 50).get_page(request.GET.get("page")),
        "recent": recent,
        "form": form,
        "stale": not shown.confirmed_at and shown.drafted_at < now - DRAFT_LASTS,
        "letter": reminder_letter(first, timezone.localdate(now)) if first else None,
        "preview_of": first,
    }
    title = "Relance" if shown.confirmed_at else "Relance : la liste avant l’envoi"
    return page(request, "reminder", title, status=status_of(form), **context)


def told(reminder: Reminder) -> str:
    """What left, and who was set aside since the list was shown."""
    outcomes = list(reminder.recipients.values_list("outcome", flat=True))
    left = sum(outcome in (Outcome.OWED, Outcome.SENT) for outcome in outcomes)
    aside = len(outcomes) - left
    words = f"{count(left, 'lettre part', 'lettres partent')}."
    return f"{words} {count(aside, 'personne écartée', 'personnes écartées')} depuis la liste." if aside else words


@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: HttpRequest, public_id) -> HttpResponse:
    """What the register would say today, then the motive that closes."""
    national_only(request)
    campaign, now = found(public_id), timezone.now()
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            close_campaign(campaign=campaign, by=request.user, **form.cleaned_data, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "La campagne est close. Son registre est fixé et inscrit au journal.")
            return redirect("staff_register", campaign.public_id)
    if campaign.state != "open" and not form.errors:
        return redirect("staff_campaign", campaign.public_id)
    context = {
        "campaign": campaign,
        "form": form,
        "fates": fates_today(campaign, now) if campaign.opened_at else [],
        "early": timezone.localdate(now) <= campaign.closes_on,
    }
    return page(
        request, "closing", f"Clore la campagne, version {campaign.version.label}", status=status_of(form), **context
    )


def fates_today(campaign: Campaign, now) -> list[tuple[str, int]]:
    in_force = CharterVersion.objects.in_force(timezone.localdate(now))
    rows = with_fate(Concerned.objects.filter(campaign=campaign), campaign, in_force, now).order_by()
    counts = dict(rows.values_list("fate").annotate(count=Count("*")))
    return [(fate.label, counts[fate]) for fate in Fate if fate in counts]


@require_safe
def register(request: HttpRequest, public_id) -> HttpResponse:
    """What became of each organisation; ``?issue=silent`` for one fate."""
    agent_only(request)
    campaign, lines = closed_register(request, public_id)
    wanted = request.GET.get("issue", "")
    shown = lines.filter(fate=wanted) if wanted in Fate.values else lines
    context = {
        "campaign": campaign,
        "fates": [(fate, number) for fate in Fate if (number := lines.filter(fate=fate).count())],
        "wanted": wanted,
        "lines": Paginator(shown, ROWS).get_page(request.GET.get("page")),
        "whole": request.user.is_national,
    }
    return page(request, "register", f"Registre de clôture, version {campaign.version.label}", **context)


@require_safe
def register_csv(request: HttpRequest, public_id) -> StreamingHttpResponse:
    """The whole file, whose digest is in the journal; for a delegate, an extract."""
    agent_only(request)
    campaign, lines = closed_register(request, public_id)
    extract = "" if request.user.is_national else "-extrait"
    name = f"registre-{campaign.version.slug}-{timezone.localdate(campaign.closed_at)}{extract}.csv"
    response = StreamingHttpResponse(csv_lines(lines.iterator(500)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def closed_register(request: HttpRequest, public_id) -> tuple[Campaign, RegisterLine]:
    """The register of a closed campaign, within the perimeter; a 404 before it is closed."""
    campaign = get_object_or_404(
        Campaign.objects.exclude(closed_at=None).select_related("version"), public_id=public_id
    )
    lines = RegisterLine.objects.filter(campaign=campaign).visible_to(request.user)
    return campaign, lines.select_related("signature__version").order_by("position")
