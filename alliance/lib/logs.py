"""Structured logs without personal data: one JSON object a line."""

import contextvars
import json
import logging
import re
import time
import uuid
from datetime import UTC, datetime

from django.conf import settings

EMAIL = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)  # PostgreSQL quotes the row there
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
FIELDS = ("method", "route", "status", "duration_ms", "owed", "work", "task")
request_id = contextvars.ContextVar("request_id", default="")
log = logging.getLogger("alliance.requests")


def scrub(text: str) -> str:
    """``text`` without the e-mail addresses and the rows of the database it quotes."""
    return DETAIL.sub("DETAIL: [retiré]", EMAIL.sub("[adresse]", text))


def route_of(request) -> str:
    """The name of the page, which holds neither code nor token; the path holds them."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or match.route) if match else ""


def said(record: logging.LogRecord) -> str:
    """The message; where Django wrote the path of a request, the name of its page stands instead."""
    message, request = record.getMessage(), getattr(record, "request", None)
    if len(path := getattr(request, "path", "")) > 1:
        message = message.replace(request.get_full_path(), route_of(request)).replace(path, route_of(request))
    return scrub(message)


class JsonFormatter(logging.Formatter):
    """One line of JSON a record; the fields of ``FIELDS`` pass, every other ``extra`` is dropped."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said(record),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class RequestLogMiddleware:
    """Name each request, and say how it went: the route, never the path, the query string or the person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(request.id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            self.say(request, response, started)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id
        return response

    def say(self, request, response, started: float) -> None:
        if request.path.startswith(settings.STATIC_URL) and response.status_code < 400:
            return
        level = logging.ERROR if response.status_code >= 500 else logging.INFO
        fields = {
            "method": request.method,
            "route": route_of(request),
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        }
        log.log(level, "request", extra=fields)
