"""Invitations to a Convention, in the back office: whom, the exact list, what they answered."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.change_words import tell_changes
from alliance.lib.changes import changes_of
from alliance.lib.db import LowerUnaccent
from alliance.lib.errors import Conflict
from alliance.lib.models import Change
from alliance.portal.views.staff_conventions import found, page
from events.actions.invitations import draft_round, drop_round, extend_round, list_again, send_round, stop_round
from events.models import Convention, Guest, InvitationRound
from events.models.invitation import Aside
from partners.models import Department, Membership, Organisation, Region

ROWS = 50
Reach = InvitationRound.Reach
INVITED = Q(guests__invited_at__isnull=False)
COUNTS = {
    "invited": Count("guests", filter=INVITED),
    "coming": Count("guests", filter=INVITED & Q(guests__answer="comes")),
    "declining": Count("guests", filter=INVITED & Q(guests__answer="declines")),
}
AIMS = {
    Reach.NETWORK: ("network", "Choisissez le réseau à inviter."),
    Reach.ORGANISATION: ("organisation", "Donnez l’organisation à inviter."),
    Reach.REGION: ("region", "Choisissez la région à inviter."),
    Reach.DEPARTMENT: ("department", "Choisissez le département à inviter."),
}


class RoundForm(forms.Form):
    reach = forms.ChoiceField(
        label="Qui inviter",
        choices=[choice for choice in Reach.choices if choice[0] != Reach.ASKED],
        widget=forms.RadioSelect,
    )
    network = forms.ModelChoiceField(
        label="Si c’est un réseau, lequel", queryset=Organisation.objects.none(), to_field_name="slug", required=False
    )
    organisation = forms.CharField(
        label="Si c’est une organisation, laquelle",
        max_length=200,
        required=False,
        help_text="Son nom exact, son SIREN ou son SIRET.",
    )
    region = forms.ModelChoiceField(
        label="Si c’est une région, laquelle",
        queryset=Region.objects.order_by(LowerUnaccent("name")),
        to_field_name="code",
        required=False,
    )
    department = forms.ModelChoiceField(
        label="Si c’est un département, lequel",
        queryset=Department.objects.order_by("code"),
        to_field_name="code",
        required=False,
    )
    roles = forms.MultipleChoiceField(
        label="À qui, dans chaque organisation", choices=Membership.Role.choices, widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label="Mot d’invitation", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Il ouvre la lettre. La date, le lieu et le lien de chacun s’y ajoutent d’eux-mêmes.",
    )  # fmt: skip
    expires_at = forms.DateTimeField(
        label="Réponse attendue jusqu’au",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args, agent, **kwargs):
        super().__init__(*args, **kwargs)
        self.agent = agent
        networks = Organisation.objects.public().filter(kind="network").only("slug", "name", "short_name")
        self.fields["network"].queryset = networks.order_by("search_name")

    def clean_organisation(self) -> Organisation | None:
        typed = self.cleaned_data["organisation"].strip()
        if not typed:
            return None
        digits = typed.replace(" ", "")
        named = Q(name__iexact=typed) | Q(siren=digits) | Q(siret=digits) if digits.isdigit() else Q(name__iexact=typed)
        rows = list(Organisation.objects.writable_by(self.agent).filter(named).only("pk", "name")[:2])
        if len(rows) != 1:
            several = "Plusieurs organisations portent ce nom : donnez le SIRET."
            raise ValidationError(several if rows else "Aucune organisation de votre périmètre ne s’appelle ainsi.")
        return rows[0]

    def clean(self):
        name, missing = AIMS.get(self.cleaned_data.get("reach"), ("", ""))
        if name and name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, missing)
        return self.cleaned_data

    def fields_of_act(self) -> dict:
        typed = self.cleaned_data
        name, _ = AIMS[typed["reach"]]
        aim = {"organisation" if name == "network" else name: typed[name]}
        return aim | {key: typed[key] for key in ("reach", "roles", "words", "expires_at")}


class TermForm(forms.Form):
    expires_at = forms.DateTimeField(
        label="Réponse attendue jusqu’au",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Plus tard que ce que disaient les lettres, et avant le début de la rencontre.",
    )


@require_safe
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    convention = found(request, slug)
    rounds = InvitationRound.objects.visible_to(request.user).filter(convention=convention)
    rounds = list(rounds.select_related("organisation", "region", "department").annotate(**COUNTS))
    totals = {name: sum(getattr(each, name) for each in rounds) for name in COUNTS}
    return page(request, "invitations", "Invitations", convention, rounds=rounds, totals=totals)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose and write; saved, the exact list is made and shown. Nothing leaves here."""
    convention, status = found(request, slug), 200
    initial = {"roles": ["administrator", "signatory"], "expires_at": convention.registration_ends_at}
    form = RoundForm(request.POST if request.method == "POST" else None, initial=initial, agent=request.user)
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                draft = draft_round(
                    convention=convention, by=request.user, at=timezone.now(), **form.fields_of_act()
                )  # fmt: skip
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
                status = 409 if isinstance(refusal, Conflict) else 400
            else:
                return redirect("staff_invitation", slug, draft.public_id)
    return page(request, "invitation_new", "Inviter", convention, form=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, slug: str, public_id) -> HttpResponse:
    """Before: the exact list, and the button that sends that one. After: what became of each."""
    convention = found(request, slug)
    rounds = InvitationRound.objects.visible_to(request.user).filter(convention=convention)
    rounds = rounds.select_related("convention", "organisation", "region", "department", "prepared_by", "confirmed_by")
    shown, refusal, status = get_object_or_404(rounds.annotate(**COUNTS), public_id=public_id), "", 200
    typed = request.POST if request.POST.get("act") == "extend" else None
    term = TermForm(typed, initial={"expires_at": shown.expires_at})
    if request.method == "POST":
        try:
            return _acted(request, convention, shown, term)
        except Conflict as conflict:
            refusal, status = conflict.messages[0], 409
            if conflict.code == "changed":
                list_again(draft=shown)
            shown = rounds.annotate(**COUNTS).get(pk=shown.pk)
        except ValidationError as error:
            if not term.errors:
                term.add_error("expires_at", error.messages)
            status = 400
    about = _about(request, shown) | {"refusal": refusal, "term": term}
    return page(request, "invitation", str(shown), convention, status=status, **about)


def _acted(request: HttpRequest, convention: Convention, shown: InvitationRound, term: TermForm) -> HttpResponse:
    act = request.POST.get("act")
    if act == "send":
        send_round(draft=shown, shown=request.POST.get("shown", ""), by=request.user, at=timezone.now())
        messages.success(request, "C’est parti : les lettres s’en vont peu à peu.")
    elif act == "stop":
        stop_round(sent=shown)
        messages.success(request, "C’est arrêté : les lettres qui restent ne partent pas, les liens n’inscrivent plus.")
    elif act == "extend":
        if not term.is_valid():
            raise ValidationError(term.errors.as_data())
        extend_round(sent=shown, expires_at=term.cleaned_data["expires_at"], at=timezone.now())
        messages.success(request, "Le terme est prolongé : les liens déjà envoyés valent jusque-là.")
    elif act == "drop":
        drop_round(draft=shown)
        messages.success(request, "Le brouillon est supprimé.")
        return redirect("staff_invitations", convention.slug)
    else:
        raise Conflict("Choisissez l’un des boutons de la page.", code="unknown")
    return redirect("staff_invitation", convention.slug, shown.public_id)


def _about(request: HttpRequest, shown: InvitationRound) -> dict:
    rows = shown.guests.select_related("organisation").order_by("aside", "pk")
    aside = dict(shown.guests.exclude(aside="").order_by().values_list("aside").annotate(Count("pk")))
    return {
        "round": shown,
        "roles": [label for value, label in Membership.Role.choices if value in shown.roles],
        "guests": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "leaving": shown.guests.filter(aside="").count(),
        "sent": Guest.objects.filter(round=shown, sent_at__isnull=False).count(),
        "reasons": [(Aside(value).label, aside[value]) for value in Aside.values if value in aside],
        "is_ended": shown.expires_at <= timezone.now(),
        "extended": _extended(shown),
        "is_extensible": shown.state == InvitationRound.State.SENT and shown.convention.starts_at > timezone.now(),
    }


def _extended(shown: InvitationRound) -> list:
    """Each time that the term was put off, the last first."""
    rows = changes_of(shown).filter(verb=Change.Verb.CHANGED, after__has_key="expires_at", before__has_key="expires_at")
    rows = rows.filter(at__gte=shown.confirmed_at) if shown.confirmed_at else rows.none()
    return tell_changes(rows)
