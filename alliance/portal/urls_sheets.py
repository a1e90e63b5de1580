"""Spreadsheets of the back office."""

from django.urls import path

from alliance.portal.views import staff_sheets

urlpatterns = [
    path("", staff_sheets.sheets, name="staff_sheets"),
    path("<slug:noun>.xlsx", staff_sheets.sheet_export, name="staff_sheet_export"),
    path("<uuid:public_id>/", staff_sheets.sheet, name="staff_sheet"),
    path("<uuid:public_id>/erreurs.xlsx", staff_sheets.sheet_errors, name="staff_sheet_errors"),
    path("<uuid:public_id>/<slug:act>/", staff_sheets.sheet_act, name="staff_sheet_act"),
]
