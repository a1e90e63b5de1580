"""What the public asks of the portal, mixed as visitors and reusers mix it; always the same for one seed."""

import json
import random
from urllib.parse import quote
from urllib.request import urlopen

from tests.faults.open_loop import Visit

WORDS = (
    "jardin",
    "numérique",
    "mobilité",
    "alimentation",
    "logement",
    "énergie",
    "brest",
    "seniors",
    "atelier",
    "vélo",
)
REGIONS = ("53", "84", "11", "32", "93", "76", "44", "24", "28", "52")
STATES = ("ongoing", "done", "idea", "abandoned")
PAGES = ("/axes/", "/axes/1/", "/axes/4/", "/charte/", "/charte/signataires/", "/conventions/", "/chiffres/",
         "/territoires/", "/territoires/regions/53/", "/territoires/regions/84/", "/donnees/", "/accords/", "/aide/",
         "/projets/carte/", "/verifier/")  # fmt: skip
BOXES = ("-6,41,10,51.5&zoom=5", "-3,45,7,51&zoom=7", "1.5,48.2,3.2,49.2&zoom=10", "2.3,48.82,2.4,48.88&zoom=14")
SHARES = {
    "home": 8, "list": 8, "filtered list": 12, "list, text": 6, "project": 13, "directory": 4, "organisation": 10,
    "page": 8, "search": 4, "api list": 9, "api text": 3, "api clusters": 5, "api unchanged": 5, "feed": 3,
    "file": 1, "style": 1,
}  # fmt: skip
"""Of a hundred visits."""


class Traffic:
    def __init__(self, port: int, seed: int = 4):
        self.port, self.random = port, random.Random(seed)
        self.projects = self._slugs("projects", 20)
        self.organisations = self._slugs("organisations", 10)
        self.etags = {path: self._etag(path) for path in map(self.api_list, range(20))}

    def _slugs(self, noun: str, pages: int) -> list[str]:
        address = f"http://127.0.0.1:{self.port}/api/v1/{noun}/?page_size=200&fields=slug&page="
        found = []
        for number in range(1, pages + 1):
            with urlopen(f"{address}{number}") as answer:
                told = json.load(answer)
            found += [row["slug"] for row in told["results"]]
            if not told["next"]:
                break
        return found

    def _etag(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.headers["ETag"]

    def visits(self, number: int) -> list[Visit]:
        doors = self.random.choices(list(SHARES), weights=list(SHARES.values()), k=number)
        return [self.visit(door) for door in doors]

    def visit(self, door: str) -> Visit:
        if door == "api unchanged":
            path = self.random.choice(list(self.etags))
            return Visit(door, path, (("If-None-Match", self.etags[path]),))
        return Visit(door, self.path(door))

    def path(self, door: str) -> str:
        one = self.random.choice
        word, region, state, axis = quote(one(WORDS)), one(REGIONS), one(STATES), self.random.randint(1, 9)
        return {
            "home": "/",
            "list": f"/projets/?page={self.random.randint(1, 20)}",
            "filtered list": one([f"/projets/?region={region}&axis={axis}", f"/projets/?status={state}&axis={axis}"]),
            "list, text": f"/projets/?q={word}",
            "project": f"/projets/{one(self.projects)}/",
            "directory": one(["/annuaire/", f"/annuaire/?region={region}", f"/annuaire/?q={word}"]),
            "organisation": f"/annuaire/{one(self.organisations)}/",
            "page": one(PAGES),
            "search": f"/recherche/?q={word}",
            "api list": f"/api/v1/projects/?region={region}&status={state}&axis={axis}",
            "api text": f"/api/v1/projects/?q={word}",
            "api clusters": f"/api/v1/projects/clusters/?bbox={one(BOXES)}&axis={axis}",
            "feed": one([f"/projets/flux.atom?region={region}", "/conventions/calendrier.ics", "/annuaire/flux.atom"]),
            "file": f"/api/v1/projects/?format=csv&department={one(['29', '35', '69', '75'])}&axis={axis}",
            "style": "/static/alliance/css/tokens.css",
        }[door]

    @staticmethod
    def api_list(number: int) -> str:
        return f"/api/v1/projects/?region={REGIONS[number % 10]}&page={1 + number // 10}"
