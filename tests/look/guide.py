"""A page that shows every component, with made-up content: for the eye and for axe. No row is needed."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from alliance.lib.pages import error_page
from alliance.portal import france_map
from alliance.portal.france_map import Spot
from partners.models.project import Project

STAKES = ["cohesion", "cohesion", "ecologie", "numerique", "cohesion", "ecologie", "ecologie", "cohesion", "cohesion"]
LABELS = [
    "Lieux partagés", "Maintien à domicile", "Économie circulaire", "Inclusion numérique", "Mécénat de compétences",
    "Achats responsables", "Transition énergétique", "Financement et services bancaires",
    "Ressources humaines et mobilités professionnelles", "Axe à renseigner", "Axe à renseigner", "Axe à renseigner",
]  # fmt: skip


def axes() -> list[SimpleNamespace]:
    stakes = [*STAKES, None, None, None]
    return [
        SimpleNamespace(number=i, label=label, stake_id=stake, count=214 // i if stake else 0)
        for i, (label, stake) in enumerate(zip(LABELS, stakes, strict=True), 1)
    ]


def many(*things) -> SimpleNamespace:
    return SimpleNamespace(all=lambda: list(things))


def project(title: str, days_old: int, *of_axes, figure=None, commune=("Guéret", "Creuse")) -> SimpleNamespace:
    name, department = commune
    made = SimpleNamespace(
        slug="projet", title=title, lead=SimpleNamespace(label="Réseau Rives & Relais"), state="ongoing",
        commune=SimpleNamespace(name=name, department=SimpleNamespace(name=department)), axes=many(*of_axes),
        figures=many(*[figure] if figure else []), confirmed_on=timezone.localdate() - timedelta(days=days_old),
    )  # fmt: skip
    made.freshness = lambda on: Project.freshness(made, on)
    return made


class GuideForm(forms.Form):
    name = forms.CharField(label="Nom de l’organisation", help_text="Tel qu’il figure dans ses statuts.")
    email = forms.EmailField(label="Adresse électronique", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    kind = forms.ChoiceField(label="Nature", choices=[("network", "réseau national"), ("local", "organisation locale")])
    day = forms.DateField(label="Date de délibération", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    story = forms.CharField(label="Récit", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    way = forms.ChoiceField(
        label="Que voulez-vous faire ?",
        choices=[
            ("sign", "Je signe"),
            ("transmit", "Je transmets au représentant"),
            ("mandate", "J’ai un mandat à déposer"),
        ],
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
    )
    code = forms.CharField(
        label="Code reçu par courriel",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    agreed = forms.BooleanField(label="Au nom du Réseau Rives & Relais, j’ai lu la charte et je la signe.")


def context() -> dict:
    sheet = axes()
    counts = {code: int(code, 16) * 7 % 31 for code in france_map.names()}
    figure = SimpleNamespace(label="personnes accompagnées", reached=340, target=400)
    return {
        "demo": True,
        "axes": sheet,
        "counts": counts,
        "spots": [Spot(1.87, 46.17, "Guéret", "/projets/"), Spot(55.45, -20.9, "Saint-Denis", "/projets/")],
        "projects": [
            project("La Halle aux écrans, atelier de réemploi", 4, sheet[3], sheet[2], figure=figure),
            project("Le bureau d’à côté, permanences au guichet", 5, sheet[0], commune=("Champagnole", "Jura")),
            project("Tournée des aidants", 200, sheet[1], commune=("Pontivy", "Morbihan")),
            project("Une ressourcerie itinérante dans les hameaux de la montagne", 500, sheet[2]),
        ],
        "organisation": SimpleNamespace(
            slug="rives", name="Réseau Rives", label="Rives & Relais", get_kind_display=lambda: "réseau national",
            commune=None, summary="Des lieux où l’on apprend à se passer de guichet.", axes=many(sheet[0], sheet[3]),
        ),
        "since": date(2014, 10, 14),
        "figures": [
            {"value": 53, "label": "réseaux nationaux, dont 41 signataires de la version en vigueur"},
            {"value": 1144, "label": "projets en cours,", "link": "confirmés depuis six mois", "url": "/projets/"},
            {"value": 94, "label": "départements où l’Alliance agit"},
            {"value": 312, "label": "accords de partenariat en vigueur", "note": "au 22 novembre 2026"},
        ],
        "options": [
            {"value": axis.number, "label": axis.label, "count": axis.count, "checked": axis.number == 4}
            for axis in sheet[:5]
        ],
        "filters": [{"label": "Creuse", "url": "?axis=4"}, {"label": "Inclusion numérique", "url": "?department=23"}],
        "steps": [
            {"label": "Pouvoir vérifié le 12 novembre", "state": "done"},
            {"label": "Lire et signer", "state": "current"},
            {"label": "Contresignature de La Poste", "state": "todo"}, {"label": "Attestation", "state": "todo"},
        ],
        "todo": {"title": "Confirmer la Tournée", "why": "À confirmer depuis mai.", "url": "#", "action": "Confirmer"},
        "form": GuideForm(),
        "wrong": GuideForm({"email": "pas une adresse", "kind": "x"}, prefix="w"),
        "page": Paginator(range(100), 20).page(2),
    }  # fmt: skip


@login_not_required
def guide(request):
    template = engines["django"].from_string((Path(__file__).parent / "guide.html").read_text())
    return HttpResponse(template.render(context(), request))


@login_not_required
def error(request, status: int):
    return error_page(request, status)


urlpatterns = [path("guide/", guide), path("erreur/<int:status>/", error), path("", include("alliance.portal.urls"))]
