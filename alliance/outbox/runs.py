"""Runs of the jobs that the clock starts: a line when they begin, closed when they end.

A line without an end is a worker that was killed. Noting never makes a job fail: without a database it would anyway.
"""

import logging

from celery import current_app
from django.db import DatabaseError
from django.db.models.functions import Now

from alliance.outbox.models import JobRun

log = logging.getLogger("alliance.outbox")


def is_job(name: str) -> bool:
    return any(name == entry["task"] for entry in current_app.conf.beat_schedule.values())


def begin(name: str, task_id: str) -> None:
    if is_job(name):
        try:
            JobRun.objects.get_or_create(task_id=task_id, defaults={"name": name})
        except DatabaseError:
            log.warning("jobs: a run could not be noted", extra={"job": name})


def end(name: str, task_id: str, error: BaseException | None, state: str) -> None:
    """``error`` is told by its kind: its message may name people."""
    if not is_job(name):
        return
    failure = type(error).__name__ if error else ("" if state == "SUCCESS" else str(state))
    try:
        JobRun.objects.filter(task_id=task_id).update(ended_at=Now(), failure=failure)
    except DatabaseError:
        log.warning("jobs: the end of a run could not be noted", extra={"job": name})
