"""After a gathering, in the back office: its figures, certificates of attendance, what the survey says."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib import codes, french
from alliance.lib.errors import Conflict
from alliance.portal.views.staff_conventions import found, national_only, page
from events import stats
from events.actions.certificates import certify_everyone, withdraw_certificate
from events.models import Certificate, Convention, Registration, SurveyAnswer

SHOWN = 50


class WithdrawalForm(forms.Form):
    code = forms.CharField(label="Code de l’attestation", max_length=40, help_text="12 signes, comme 4F7K-9M2P-XQ3T.")
    because = forms.CharField(
        label="Motif", max_length=280, help_text="La personne le lira ; qui vérifie l’attestation ne le lira pas."
    )

    def __init__(self, data=None, *, convention: Convention):
        super().__init__(data)
        self.convention = convention

    def clean_code(self):
        """The certificate of this gathering."""
        code = codes.normalised(self.cleaned_data["code"])
        certificate = Certificate.objects.filter(registration__convention=self.convention, code=code).first()
        if certificate is None:
            raise forms.ValidationError("Aucune attestation de cette rencontre ne porte ce code.")
        return certificate


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Every agent reads the figures; the national team certifies, withdraws, and reads the words of the survey."""
    convention = found(request, slug)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    form, status = WithdrawalForm(request.POST if act == "withdraw" else None, convention=convention), 200
    if request.method == "POST":
        national_only(request)
        status = _acted(request, convention, act, form)
        if status == 302:
            return redirect("staff_convention_report", slug)
    at = timezone.now()
    context = {
        "report": stats.report(convention, at),
        "is_past": convention.ends_at < at and convention.state == Convention.State.PUBLISHED,
        "certified": Certificate.objects.standing().filter(registration__convention=convention).count(),
        "answered": stats.answered(convention),
        "doubtful": doubtful(convention),
        "words": words(request.user, convention, at),
        "form": form,
    }
    return page(request, "report", "Bilan, attestations, questionnaire", convention, status=status, **context)


def _acted(request: HttpRequest, convention: Convention, act: str, form: WithdrawalForm) -> int:
    """302 when it is done, else the status of the page that says why not."""
    try:
        if act == "certify":
            number = certify_everyone(convention=convention, at=timezone.now())
            told = french.count(number, "attestation part", "attestations partent")
            messages.success(request, f"{told} : chacune est scellée, puis envoyée par courriel.")
            return 302
        if act == "withdraw" and form.is_valid():
            certificate, because = form.cleaned_data["code"], form.cleaned_data["because"]
            withdraw_certificate(certificate=certificate, because=because, at=timezone.now())
            messages.success(request, f"L’attestation {certificate.code} est retirée ; la personne en est prévenue.")
            return 302
    except Conflict as conflict:
        if act == "withdraw":
            form.add_error(None, conflict)
        else:
            messages.error(request, conflict.messages[0])
        return 409
    except ValidationError as error:
        form.add_error("because", error)
    return 400


def doubtful(convention: Convention) -> list[Certificate]:
    """Certificates of people whose entry was undone since."""
    here = Certificate.objects.standing().filter(registration__convention=convention)
    present = Registration.objects.filter(convention=convention).present()
    rows = here.exclude(registration__in=present).select_related("registration__attendee")
    return list(rows[:SHOWN])


def words(user, convention: Convention, at) -> list[str]:
    """What people wrote, for the national team, under the rule of the averages: nothing before five have answered."""
    if not user.is_national or stats.survey(convention, at).state != "told":
        return []
    written = SurveyAnswer.objects.filter(convention=convention).exclude(words="").order_by("pk")
    return list(written.values_list("words", flat=True))
