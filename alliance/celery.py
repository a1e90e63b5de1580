"""The Celery application: workers run what the outbox wakes, beat runs what the clock starts."""

import gc
import os

from celery import Celery, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")

app = Celery("alliance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="tasks")
app.autodiscover_tasks(related_name="jobs")


@app.on_after_finalize.connect
def plan(sender, **kwargs) -> None:
    """The clock of the ground; the jobs of the applications stand in ``CELERY_BEAT_SCHEDULE``."""
    sender.add_periodic_task(crontab(hour=3, minute=17), sender.signature("alliance.outbox.jobs.purge"), name="purge")


@signals.task_prerun.connect
def begin_job(task_id, task, **kwargs) -> None:
    """Jobs of the clock leave a line each; work that an act owes has its own row."""
    from alliance.outbox import runs

    runs.begin(task.name, task_id)


@signals.task_postrun.connect
def end_job(task_id, task, retval, state, **kwargs) -> None:
    from alliance.outbox import runs

    runs.end(task.name, task_id, retval if isinstance(retval, BaseException) else None, state)


@signals.worker_init.connect
def share_what_is_loaded(**kwargs) -> None:
    """The collector passes over what stands before the fork: passing writes to each page, and copies it."""
    gc.collect()
    gc.freeze()


@signals.worker_init.connect
def do_without_pool(**kwargs) -> None:
    """A fork copies a psycopg pool without its threads, and celery would open a new one for each task."""
    from django.db import connections

    for alias in connections:
        connections[alias].close()
        connections[alias].close_pool()
        connections.settings[alias]["OPTIONS"].pop("pool", None)
