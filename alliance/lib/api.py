"""Errors of the API, in the contract's shape."""

from rest_framework import views


def exception_handler(exc, context):
    return views.exception_handler(exc, context)
