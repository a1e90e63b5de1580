"""Writing to the agents of a région, from its page or that of one of its départements."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import throttle
from partners.actions.messages import write_to_delegates
from partners.forms.messages import MessageForm
from partners.views.territories import find, functions_of

MESSAGES_AN_HOUR, LETTERS_A_DAY = 5, 3


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """The writer's address serves to answer, and is never shown; few letters a day leave for one address."""
    here = find(kind, code)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        email, text = form.cleaned_data["email"], form.cleaned_data["text"]
        throttle.take("territory-message", throttle.client_ip(request), amount=MESSAGES_AN_HOUR, seconds=3600)
        throttle.take("territory-letter", email.lower(), amount=LETTERS_A_DAY, seconds=86_400)
        write_to_delegates(region=here.region, department=here.department, email=email, text=text)
        return redirect(f"{request.path}merci/")
    context = {"here": here, "form": form, "functions": functions_of(here.region)}
    return render(request, "partners/territory_write.html", context, status=400 if form.is_bound else 200)


@login_not_required
@require_safe
def thank(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    return render(request, "partners/territory_written.html", {"here": find(kind, code)})
