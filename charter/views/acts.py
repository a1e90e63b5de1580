"""One POST of a page that concludes an act: which verb, its form, and the page again with a sentence when refused."""

from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from alliance.lib.errors import Conflict, Throttled
from charter.actions import PostDown, submit_mandate
from charter.forms import VersionedForm
from partners.models import Organisation

POST_DOWN = "Le code n’a pas pu partir : la messagerie ne répond pas. Rien n’est perdu, recommencez dans une minute."
TOO_MANY = "Six codes vous ont été envoyés en une heure : attendez un peu avant d’en demander un autre."
TOO_MANY_KEYS = "Trop de demandes à votre clé d’accès en une heure : attendez un peu, ou signez avec un code."


def session_of(request: HttpRequest) -> str:
    return request.session.session_key or ""


class Act:
    """``verbs``: value of ``action`` → (part of the page, form class, name of the method that acts)."""

    verbs: ClassVar[dict[str, tuple[str, type, str]]] = {}
    unknown = ""

    def __init__(self, request: HttpRequest, organisation: Organisation):
        self.request, self.organisation = request, organisation
        self.at = timezone.now()

    def page(self, status: int, **changes) -> HttpResponse:
        raise NotImplementedError

    def done(self) -> HttpResponse:
        raise NotImplementedError

    def refusal(self) -> str:
        """Why what was read is no longer what would be done; the empty string when it is."""
        return ""

    def was_done(self, refusal: Conflict) -> bool:
        """Whether this person has already done the act: a second click shows the receipt."""
        return False

    def respond(self) -> HttpResponse:
        verb = self.request.POST.get("action", "")
        if verb not in self.verbs:
            return self.page(400, notice=self.unknown)
        choice, form_class, act = self.verbs[verb]
        form = form_class(self.request.POST, self.request.FILES)
        bound = {"choice": choice, "forms": {verb: form} if form_class is not VersionedForm else {}}
        if sentence := self.refusal():
            return self.page(409, **bound | {"notice": sentence})
        if not form.is_valid():
            return self.page(400, **bound)
        return self.attempt(getattr(self, act), form, bound)

    def attempt(self, act, form, bound: dict) -> HttpResponse:
        try:
            act(form)
        except PostDown:
            return self.page(503, **bound | {"notice": POST_DOWN})
        except Throttled as refusal:
            response = self.page(429, **bound | {"notice": TOO_MANY})
            response.headers["Retry-After"] = str(refusal.retry_after)
            return response
        except Conflict as refusal:
            if self.was_done(refusal):
                return self.done()
            return self.page(409, **bound | {"notice": refusal.messages[0]})
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.page(400, **bound)
        return self.done()

    def deposit(self, form) -> None:
        submit_mandate(
            organisation=self.organisation,
            person=self.request.user,
            entered_by=self.request.user,
            **{name: value for name, value in form.cleaned_data.items() if name != "version"},
        )
        messages.success(self.request, "Votre mandat est déposé. Un agent de La Poste le vérifie, puis vous écrit.")
