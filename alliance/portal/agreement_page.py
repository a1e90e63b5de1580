"""What the page of an agreement shows, for each side: a constant number of queries, nothing of the other side's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from alliance.portal.agreement_acts import Act, Subject
from alliance.portal.agreement_step import at_signature, following
from partners.actions.agreement_reviews import finish_action
from partners.actions.agreement_talk import resolve_comment
from partners.models import (
    AgreementAction,
    AgreementComment,
    AgreementDocument,
    AgreementFile,
    AgreementSigner,
    AgreementVersion,
)
from partners.models.agreement import Standing
from partners.models.agreement_review import DIMENSIONS, QUESTIONS, Mark, gaps
from partners.models.agreement_signing import Side
from partners.pdf import euros, period

EVENTS = 60
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
TONES = {"in_force": "ok", "due": "alert", "signing": "attention", "signed": "attention", "shared": "attention"}


@dataclass(frozen=True)
class Compared:
    """One question of the grid, as each side answered it: empty while it is covered."""

    name: str
    question: str
    poste: str
    poste_words: str
    partner: str
    partner_words: str
    gap: bool


def context_of(subject: Subject, wanted: str = "") -> dict:
    """``wanted``: the number of the version to read; without it, what is in preparation, else what is in force."""
    agreement, today = subject.agreement, timezone.localdate()
    versions = versions_of(subject)
    in_force = next((each for each in versions if each.runs_on(today)), None)
    prepared = next((each for each in versions if each.pk == getattr(subject.version, "pk", None)), None)
    asked = next((each for each in versions if str(each.number) == wanted), None)
    read = asked or prepared or in_force or (versions[-1] if versions else None)
    signers = list(read.papers[-1].signers.all()) if read and read.papers else []
    review = agreement.reviews.first()
    events = agreement.events.select_related("by").order_by("-at", "-pk")
    events = events if subject.side == Side.POSTE else events.filter(internal=False)
    return {
        "agreement": agreement,
        "subject": subject,
        "tone": TONES.get(agreement.standing, "soft"),
        "standing": Standing(agreement.standing),
        "due": agreement.is_due(today),
        "versions": versions,
        "in_force": in_force,
        "prepared": prepared,
        "read": read,
        "amount": euros(read.amount_cents) if read else "",
        "signers": signers,
        "my_turn": my_turn(subject, prepared),
        "comments": comments_of(read),
        "events": events[:EVENTS],
        "files": files_of(subject),
        "actions": agreement.actions.select_related("owner"),
        "today": today,
    } | review_context(subject, review)


def versions_of(subject: Subject) -> list[AgreementVersion]:
    """Oldest first, with their papers (never the bytes) and signers; three queries."""
    papers = AgreementDocument.objects.defer("content").prefetch_related(
        Prefetch("signers", AgreementSigner.objects.select_related("person"))
    )
    rows = AgreementVersion.objects.filter(agreement=subject.agreement).select_related("template")
    found = list(seen(rows, subject.side).order_by("number").prefetch_related(Prefetch("documents", papers, "papers")))
    for version in found:
        version.agreed = period(version)
        for paper in version.papers:
            paper.following = following(paper)
    return found


def my_turn(subject: Subject, prepared: AgreementVersion | None) -> bool:
    """Whether the paper at signature waits for this very person."""
    paper = at_signature(prepared)
    return bool(paper and paper.following.person_id == subject.user.pk)


def comments_of(version: AgreementVersion | None) -> Iterable[AgreementComment]:
    return version.comments.select_related("author", "resolved_by") if version else []


def review_context(subject: Subject, review) -> dict:
    if review is None:
        return {"review": None, "compared": [], "answered": False, "both": False, "gaps": []}
    answers = review.answers_for(subject.side)
    return {
        "review": review,
        "compared": [compared(name, answers) for name in DIMENSIONS] if answers else [],
        "answered": subject.side in answers,
        "both": len(answers) == 2,
        "gaps": gaps(answers),
    }


def compared(name: str, answers: dict) -> Compared:
    said = {}
    for side in Side:
        answer = answers.get(side)
        said[str(side)] = Mark(getattr(answer, name)).label if answer else ""
        said[f"{side}_words"] = getattr(answer, f"{name}_words") if answer else ""
    return Compared(name=name, question=QUESTIONS[name], gap=name in gaps(answers), **said)


def attempt(request: HttpRequest, act: Act, subject: Subject) -> tuple[object, int]:
    """The form of an act and the status of its page; 302 when it is done."""
    if act.needs:
        subject.needs(act.needs)
    if act.fresh and not subject.document.signers.filter(person=subject.user).exists():
        raise PermissionDenied
    data = [request.POST, request.FILES] if request.method == "POST" else []
    form = act.form(*data, subject=subject)
    if not form.is_bound:
        return form, 200
    if not form.is_valid():
        return form, 400
    motive = form.cleaned_data.get("motive") or form.cleaned_data.get("changes") or ""
    try:
        with because(request.user, motive):
            act.run(subject, form)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return form, 409 if isinstance(refusal, Conflict) else 400
    return form, 302


def resolve(subject: Subject, pk: int) -> None:
    versions = AgreementVersion.objects.filter(agreement=subject.agreement)
    comment = get_object_or_404(AgreementComment, pk=pk, version__in=versions)
    resolve_comment(comment=comment, side=subject.side, by=subject.user)


def finish(subject: Subject, public_id) -> None:
    action = get_object_or_404(AgreementAction, public_id=public_id, agreement=subject.agreement)
    finish_action(action=action, side=subject.side, by=subject.user)


def paper(subject: Subject, public_id) -> HttpResponse:
    """The frozen bytes of a document that this side may see."""
    versions = seen(AgreementVersion.objects.filter(agreement=subject.agreement), subject.side)
    document = get_object_or_404(AgreementDocument, public_id=public_id, version__in=versions)
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="accord-{document.public_id}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def attachment(subject: Subject, public_id) -> FileResponse:
    """The bytes of a piece that this side may see; under another name than it was sent with."""
    kept = get_object_or_404(files_of(subject), public_id=public_id)
    if not kept.file.storage.exists(kept.file.name):
        raise Http404
    name = f"piece-{kept.public_id}.{EXTENSIONS.get(kept.mime_type, 'bin')}"
    response = FileResponse(kept.file.open("rb"), as_attachment=True, filename=name, content_type=kept.mime_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def files_of(subject: Subject) -> QuerySet[AgreementFile]:
    rows = AgreementFile.objects.filter(agreement=subject.agreement).select_related("uploaded_by")
    return rows if subject.side == Side.POSTE else rows.filter(shared=True)


def seen(versions: QuerySet[AgreementVersion], side: str) -> QuerySet[AgreementVersion]:
    """The partner's side reads what was shown to it."""
    return versions if side == Side.POSTE else versions.filter(shared_at__isnull=False)
