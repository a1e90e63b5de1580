"""Spreadsheets of the back office."""

from django.urls import path

from alliance.portal.views import staff_sheet_exports, staff_sheets

urlpatterns = [
    path("", staff_sheets.sheets, name="staff_sheets"),
    path("exporter/", staff_sheet_exports.ask_sheet, name="staff_sheet_ask"),
    path("exports/<uuid:public_id>/", staff_sheet_exports.sheet_export, name="staff_sheet_export"),
    path("exports/<uuid:public_id>/abandonner/", staff_sheet_exports.stop_sheet, name="staff_sheet_stop"),
    path("exports/<uuid:public_id>.xlsx", staff_sheet_exports.sheet_file, name="staff_sheet_file"),
    path("<uuid:public_id>/", staff_sheets.sheet, name="staff_sheet"),
    path("<uuid:public_id>/erreurs.xlsx", staff_sheets.sheet_errors, name="staff_sheet_errors"),
    path("<uuid:public_id>/<slug:act>/", staff_sheets.sheet_act, name="staff_sheet_act"),
]
