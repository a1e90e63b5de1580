"""What stands under each list, with the same filters; and alerts. Read before the slugs of partners and events."""

from django.urls import path

from alliance.portal.kept.nouns import NOUNS
from alliance.portal.views import alerts, kept

app_name = "kept"
urlpatterns = [
    path(f"{noun.path[1:]}{last}", view, {"noun": noun.key}, name=f"{noun.key}_{name}")
    for noun in NOUNS
    for last, view, name in (
        ("reutiliser/", kept.reuse, "reuse"),
        ("integrer/", kept.embed, "embed"),
        ("flux.atom", kept.feed, "feed"),
    )
]
urlpatterns += [
    path("conventions/calendrier.ics", kept.calendar, name="calendar"),
    path("alertes/demandee/", alerts.asked, name="asked"),
    path("alertes/<uuid:public_id>/confirmer/", alerts.confirm, name="confirm"),
    path("alertes/<uuid:public_id>/arreter/", alerts.end, name="end"),
]
