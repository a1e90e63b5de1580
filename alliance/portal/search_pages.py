"""The portal's own pages and subjects, found by their words even mistyped. No query."""

from dataclasses import dataclass

from django.urls import reverse

from alliance.portal.interpretation import tokens
from partners.filters.text import edits, tolerance


@dataclass(frozen=True)
class Page:
    title: str
    kind: str
    route: str
    words: str
    anchor: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route) + (f"#{self.anchor}" if self.anchor else "")


PAGES = (
    Page("Se connecter", "Aide", "portal:help", "connexion code mot de passe connecter compte", "connexion"),
    Page("Signer la charte", "Aide", "portal:help", "signer signature mandat pouvoir attestation", "signer"),
    Page("Vérifier une signature", "Aide", "portal:help", "vérifier vérification attestation code", "verifier"),
    Page("Projets : confirmer, corriger", "Aide", "portal:help", "confirmer corriger erreur projet", "projets"),
    Page("Données", "Aide", "portal:help", "données fichier télécharger API csv", "donnees"),
    Page("La charte", "Page", "charter:charter", "charte engagement texte version"),
    Page("Les signataires de la charte", "Page", "charter:signatories", "signataires registre signatures"),
    Page("Les Conventions", "Page", "events:conventions", "convention conventions rassemblement atelier inscription"),
    Page("Les axes d’action", "Page", "partners:axes", "axes enjeux thèmes"),
    Page("Les territoires", "Page", "partners:territories", "régions départements territoires région département"),
    Page("Carte des projets", "Page", "partners:project_map", "carte plan géographie"),
    Page("Accords de partenariat", "Page", "partners:agreements", "accords partenariat partenariats mécénat"),
    Page("L’Alliance en chiffres", "Page", "portal:figures", "chiffres statistiques nombres indicateurs bilan"),
    Page("Données ouvertes", "Page", "portal:open_data", "données ouvertes open data licence télécharger export"),
    Page("Accessibilité", "Page", "portal:accessibility", "accessibilité handicap rgaa"),
    Page("Confidentialité", "Page", "portal:privacy", "confidentialité rgpd cookies données personnelles"),
)
SHOWN = 5


def pages_named(typed: str) -> list[Page]:
    """Those with most of the typed words: a word counts twice when it is one of the page's, once when a slip away."""
    words = [word for word in tokens(typed) if len(word) > 2]
    scored = [(sum(nearly(word, tokens(page.words)) for word in words), page) for page in PAGES]
    best = max((score for score, _ in scored), default=0)
    return [page for score, page in scored if score and score == best][:SHOWN]


def nearly(word: str, known: list[str]) -> int:
    if word in known:
        return 2
    return int(any(edits(word, each) <= min(tolerance(word), 1) for each in known))
