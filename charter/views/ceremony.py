"""What the signing page shows to one person, for one organisation, on one version. Reads, writes nothing."""

from datetime import datetime

from django.utils import timezone

from alliance.lib import passkeys
from alliance.lib.french import long_date
from charter import pdf
from charter.actions.codes import LIFETIME, code_elsewhere, waiting_code
from charter.actions.prepare import representatives
from charter.forms import DeliberationForm, KeyForm, MandateForm, SignForm
from charter.models import CharterVersion, Deliberation, Mandate, Signature, Transmission, consent_text
from charter.models.campaign import deadlines_of
from charter.models.difference import difference, plain, text_of
from charter.models.paper import with_seal
from partners.models import Organisation, User

CHOICES = ("sign", "transmit", "mandate", "deliberate")


def masked(email: str) -> str:
    """« c•••@demo.invalid »: enough to know where to look."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def power_of(user: User, organisation: Organisation, at: datetime) -> Mandate | None:
    """The verified mandate with which this person may sign today."""
    running = Mandate.objects.valid(timezone.localdate(at)).filter(organisation=organisation, person=user)
    return running.order_by("-verified_at").first()


def mandate_of(user: User, organisation: Organisation, at: datetime) -> Mandate | None:
    """The power, or else the last mandate, so that the refusal says what it lacks."""
    own = Mandate.objects.filter(organisation=organisation, person=user)
    return power_of(user, organisation, at) or own.first()


def own_mandates(user: User, organisation: Organisation, version: CharterVersion, at: datetime, forms: dict) -> dict:
    """What this person may sign with, what waits, and the form to deposit another. ``forms``: as ``page`` has them."""
    own = Mandate.objects.filter(organisation=organisation, person=user)
    return {
        "power": power_of(user, organisation, at),
        "waiting_mandate": own.filter(state=Mandate.State.SUBMITTED).first(),
        "last_mandate": own.first(),
        "mandate_form": forms.get("mandate") or MandateForm(initial={"version": version.slug}),
    }


def live_signature(organisation: Organisation, version: CharterVersion) -> Signature | None:
    """Of this version, or carried over to it."""
    signatures = Signature.objects.answering(version).select_related("version", "signer", "mandate", "organisation")
    return with_seal(signatures.filter(organisation=organisation)).first()


def texts(version: CharterVersion, organisation: Organisation, marked: bool) -> dict:
    """The text, with what changed since the version that the organisation signed last, or else the one before."""
    older = CharterVersion.objects.published().filter(effective_on__lt=version.effective_on)
    signed = older.filter(signatures__organisation=organisation, signatures__countersigned_at__isnull=False)
    since = signed.order_by("-effective_on").first() or older.order_by("-effective_on").first()
    text = text_of(version.articles.all())
    changes = difference(text_of(since.articles.all()), text) if since else None
    return {
        "text": changes if changes and marked else plain(text),
        "changes": changes.words if changes else "",
        "compared": since,
        "compared_signed": since is not None and signed.filter(pk=since.pk).exists(),
        "marked": bool(changes and marked),
    }


def steps(power: Mandate | None, signature: Signature | None = None) -> list[dict]:
    verified = f"Pouvoir vérifié le {long_date(power.verified_at)}" if power else "Pouvoir vérifié"
    states = {"pending": ["done", "done", "current", "todo"], "standing": ["done"] * 4}
    if signature is None:
        marks = ["done", "current", "todo", "todo"] if power else ["current", "todo", "todo", "todo"]
    else:
        marks = states.get(signature.state, ["done", "done", "todo", "todo"])
    labels = [verified, "Lire et signer", "Contresignature de La Poste", "Signataire"]
    return [{"label": label, "state": state} for label, state in zip(labels, marks, strict=True)]


def page(
    *,
    user: User,
    organisation: Organisation,
    version: CharterVersion,
    session: str,
    at: datetime,
    marked: bool = True,
    choice: str = "",
    forms: dict | None = None,
    notice: str = "",
) -> dict:
    """The whole context. ``forms``: the bound one of the choice that was refused, by name."""
    forms = forms or {}
    power = power_of(user, organisation, at)
    asked = {"organisation": organisation, "version": version, "user": user, "session": session, "at": at}
    code = waiting_code(**asked)
    history = before(user, organisation, version, at)
    first = "sign" if power else "transmit" if history["recipients"] else "mandate"
    return (
        {
            "organisation": organisation,
            "version": version,
            "power": power,
            "siren": pdf.grouped(organisation.siren),
            "code": code,
            "code_ends_at": code and code.sent_at + LIFETIME,
            "elsewhere": None if code else code_elsewhere(**asked),
            "has_key": bool(power and passkeys.keys_of(user)),
            "email": masked(user.email),
            "consent": consent_text(organisation, version),
            "deadline": deadlines_of([organisation.pk], timezone.localdate(at)).get(organisation.pk),
            "steps": steps(power),
            "choice": choice or first,
            "notice": notice,
            "bound": next(iter(forms.values()), None),
        }
        | history
        | fields(version, history["deliberation"], forms)
        | texts(version, organisation, marked)
    )


def before(user: User, organisation: Organisation, version: CharterVersion, at: datetime) -> dict:
    """What was already done towards this signature."""
    own = Mandate.objects.filter(organisation=organisation, person=user)
    act = {"organisation": organisation, "version": version}
    everyone = representatives(organisation, timezone.localdate(at))
    return {
        "waiting_mandate": own.filter(state=Mandate.State.SUBMITTED).first(),
        "last_mandate": own.first(),
        "recipients": [person for person in everyone if person.pk != user.pk],
        "transmission": Transmission.objects.filter(**act).select_related("recipient").first(),
        "deliberation": Deliberation.objects.filter(**act).first(),
        "refusal": Signature.objects.filter(**act, refused_at__isnull=False).first(),
    }


def fields(version: CharterVersion, deliberation: Deliberation | None, forms: dict) -> dict:
    hidden = {"version": version.slug}
    announced = {"meets_on": deliberation and deliberation.meets_on}
    return {
        "sign_form": forms.get("sign") or SignForm(initial=hidden),
        "key_form": forms.get("key") or KeyForm(initial=hidden),
        "mandate_form": forms.get("mandate") or MandateForm(initial=hidden),
        "deliberation_form": forms.get("deliberate") or DeliberationForm(initial=hidden | announced),
    }
