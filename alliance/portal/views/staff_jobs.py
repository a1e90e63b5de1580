"""The jobs of the clock: when each ran last, how it ended, when it runs next; and the work that acts still owe."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from celery.schedules import crontab, schedule
from django.contrib import admin
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.outbox.models import JobRun, Owed, State
from alliance.portal.mail_kinds import label_of
from alliance.portal.views.staff_campaigns import national_only

WINDOW, LATE = timedelta(days=7), timedelta(minutes=15)
A_SECOND = timedelta(seconds=1)  # what is left is told a breath too early: 3:40:59 for 3:41
LABELS = {
    "alliance.lib.jobs.forget_old_calls": "Oublier les réponses gardées de l’API",
    "alliance.lib.jobs.fold_stamps": "Ranger les marques d’écriture",
    "alliance.outbox.jobs.purge": "Oublier les travaux faits depuis 90 jours",
    "alliance.proof.jobs.sign_journal": "Signer le point de contrôle du journal",
    "charter.jobs.seal_papers": "Sceller les attestations",
    "charter.jobs.stamp_papers": "Horodater les attestations",
    "charter.jobs.tell_alarms": "Dire les alarmes du jour",
    "charter.jobs.archive_papers": "Archiver les attestations",
    "partners.jobs.forget_sign_ins": "Oublier les sessions finies",
    "partners.jobs.forget_messages": "Oublier les messages anciens",
    "partners.jobs.ask_for_news": "Demander des nouvelles des projets",
    "partners.jobs.escalate_moderation": "Rappeler la modération",
    "charter.jobs.forget_invitations": "Oublier les invitations réglées des réseaux",
    "partners.jobs.look_after_arrivals": "Suivre invitations et demandes de rattachement",
    "events.jobs.forget_speakers": "Oublier qui n’a pas voulu être nommé au programme",
    "partners.jobs.forget_exports": "Oublier les copies de données",
    "alliance.portal.jobs.forget_addresses": "Oublier les adresses des envois anciens",
    "partners.jobs.forget_drafts": "Oublier les brouillons anciens",
    "partners.jobs.count_projects": "Compter les projets",
    "partners.jobs.tell_agreement_terms": "Prévenir des termes d’accords",
    "events.jobs.seal_certificates": "Sceller les attestations de présence",
    "events.jobs.tell_published_projects": "Annoncer les projets nés de propositions",
    "events.jobs.pass_offers": "Passer à la suite les places sans réponse",
    "partners.jobs.learn_words": "Apprendre les mots de la recherche",
    "partners.jobs.read_returned_mail": "Lire les courriels revenus",
    "alliance.portal.jobs.compare_views": "Comparer les vues suivies",
    "alliance.portal.jobs.publish_dumps": "Publier les fichiers du jour",
    "alliance.portal.jobs.forget_alerts": "Oublier les alertes finies",
    "alliance.portal.jobs.look_for_duplicates": "Chercher les doublons",
    "alliance.portal.jobs.forget_sheets": "Oublier les tableurs anciens",
    "alliance.portal.jobs.send_steering": "Envoyer les tableaux de bord",
}
FAILURES = {
    "MailboxUnreachable": "la boîte des retours est injoignable",
    "MailboxCertificateRefused": "le certificat de la boîte des retours n’est pas reconnu",
    "MailboxLoginRefused": "la boîte des retours refuse l’utilisateur ou le mot de passe",
    "MailboxFolderRefused": "le dossier de la boîte des retours manque, ou ne peut qu’être lu",
    "MailboxCut": "la liaison avec la boîte des retours s’est coupée ; la suite sera lue au prochain passage",
}


@dataclass(frozen=True)
class Job:
    name: str
    label: str
    last: JobRun | None
    next_at: datetime
    failures: int

    @property
    def result(self) -> str:
        if self.last is None:
            return "n’a pas encore tourné"
        if self.last.failure:
            return f"a échoué : {FAILURES.get(self.last.failure, self.last.failure)}"
        if self.last.ended_at is None:
            return "en cours, ou interrompu"
        seconds = (self.last.ended_at - self.last.started_at).total_seconds()
        return f"fait en {seconds:.1f} s".replace(".", ",")


def planned() -> list[tuple[str, schedule]]:
    found = [(entry["task"], entry["schedule"]) for entry in current_app.conf.beat_schedule.values()]
    return sorted(((name, when if hasattr(when, "remaining_estimate") else schedule(when)) for name, when in found),
                  key=lambda pair: LABELS.get(pair[0], pair[0]))  # fmt: skip


def next_run(when: schedule, last: datetime | None, now: datetime) -> datetime:
    """Of a job at fixed hours, the next of them; of one at intervals, the last run and an interval."""
    since = now if isinstance(when, crontab) or last is None else last
    return max(now, now + when.remaining_estimate(since)) + A_SECOND


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Two queries for the jobs, two for what is owed."""
    national_only(request)
    now = timezone.now()
    runs = JobRun.objects.order_by("name", "-started_at").distinct("name")
    last = {run.name: run for run in runs}
    failed = JobRun.objects.filter(started_at__gt=now - WINDOW).exclude(failure="").order_by()
    failures = dict(failed.values_list("name").annotate(Count("pk")))
    found = [
        Job(
            name,
            LABELS.get(name, name),
            last.get(name),
            next_run(when, last[name].started_at if name in last else None, now),
            failures.get(name, 0),
        )
        for name, when in planned()
    ]
    pending = Q(state=State.PENDING)
    owed = Owed.objects.exclude(state=State.SENT).order_by().values("work")
    owed = owed.annotate(
        waiting=Count("pk", filter=pending),
        late=Count("pk", filter=pending & Q(due_at__lt=Now() - LATE)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
        since=Min("created_at"),
    )
    rows = sorted(({**row, "label": label_of(row["work"])} for row in owed), key=lambda row: row["label"])
    context = {"title": "Travaux", "jobs": found, "owed": rows, "now": now}
    return TemplateResponse(request, "admin/steering/jobs.html", admin.site.each_context(request) | context)
