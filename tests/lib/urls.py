"""Addresses that fail, each in its way."""

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, OperationalError, connection
from django.http import Http404, HttpResponse
from django.urls import include, path
from psycopg_pool import PoolTimeout
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from alliance.lib.errors import Conflict, Throttled
from alliance.urls import handler400, handler403, handler404, handler500
from alliance.urls import urlpatterns as portal_urlpatterns

handlers = (handler400, handler403, handler404, handler500)


def busy() -> OperationalError:
    error = OperationalError("couldn't get a connection after 10.00 sec")
    error.__cause__ = PoolTimeout()
    return error


def nul() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["a\x00b"])


ERRORS = {
    "conflict": lambda: Conflict("Les inscriptions sont closes.", code="closed"),
    "throttled": lambda: Throttled(90),
    "invalid": lambda: ValidationError("La date est passée.", code="past"),
    "fields": lambda: ValidationError({"date": "La date est passée.", "__all__": ["Rien n’a changé."]}),
    "busy": busy,
    "denied": PermissionDenied,
    "missing": lambda: Http404("No Membership matches the given query."),
    "bug": lambda: RuntimeError("ada@example.org"),
    "wait": lambda: exceptions.Throttled(wait=30),
    "data": lambda: DataError("value too long"),
    "lost": lambda: psycopg.OperationalError("not Django's"),
}


@login_not_required
def page(request, kind):
    if kind == "nul":
        nul()
    if kind in ERRORS:
        raise ERRORS[kind]()
    return HttpResponse("ok")


class Seat(serializers.Serializer):
    name = serializers.CharField(max_length=3)


@login_not_required
@api_view(["GET", "POST"])
def api(request, kind):
    if kind == "nul":
        nul()
    if kind in ERRORS:
        raise ERRORS[kind]()
    seat = Seat(data=request.data)
    seat.is_valid(raise_exception=True)
    return Response(seat.data)


def private(request):
    return HttpResponse("private")


@login_not_required
def public(request):
    return HttpResponse("public" if request.GET else f"public {request.user.is_authenticated}")


urlpatterns = [
    path("fails/<kind>/", page),
    path("api/fails/<kind>/", api),
    path("private/", private, name="private"),
    path("public/", public),
    path("", include(portal_urlpatterns)),
]
