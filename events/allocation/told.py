"""Why somebody has these workshops and not others, in French: for the person, so without anybody else's name."""

from collections import Counter
from collections.abc import Mapping, Sequence

from alliance.lib import french
from events.allocation.terms import Allocation, Person, Workshop


class Reasons:
    """Counts of one allocation, made once; ``of(person)`` then tells in no more steps than the person has wishes."""

    def __init__(self, allocation: Allocation, people: Sequence[Person], workshops: Sequence[Workshop]):
        self.allocation = allocation
        self.workshops = {workshop.key: workshop for workshop in workshops}
        self.wished = Counter(wish for person in people for wish in person.wishes)
        self.taken = Counter(key for keys in allocation.given.values() for key in keys)
        self.of_organisation = Counter(
            (key, person.organisation) for person in people for key in allocation.given.get(person.key, ())
        )

    def of(self, person: Person, titles: Mapping[str, str]) -> list[str]:
        """A sentence on each wish, in their order; one alone for whoever made none."""
        if not person.wishes:
            return ["Vous n’avez pas classé d’ateliers : aucun ne vous est réservé."]
        return [self._told(person, rank, key, titles) for rank, key in enumerate(person.wishes, 1)]

    def _told(self, person: Person, rank: int, key: str, titles: Mapping[str, str]) -> str:
        wish = f"Votre {french.ordinal(rank)} vœu, « {titles[key]} »"
        if self.allocation.has(person.key, key):
            return f"{wish} : vous avez une place."
        return f"{wish} : {self._reason(person, rank, self.workshops[key], titles)}."

    def _reason(self, person: Person, rank: int, workshop: Workshop, titles: Mapping[str, str]) -> str:
        instead = next((k for k in person.wishes if self._is_instead(person, k, workshop)), None)
        cap = workshop.organisation_cap
        if instead and person.wishes.index(instead) + 1 < rank:
            return f"il a lieu en même temps que « {titles[instead]} », que vous préfériez"
        if person.organisation and cap is not None and self.of_organisation[workshop.key, person.organisation] >= cap:
            return f"votre organisation y a déjà {french.count(cap, 'place', 'places')}, le maximum pour chacune"
        if self.taken[workshop.key] >= workshop.capacity:
            wishes = french.count(self.wished[workshop.key], "personne l’a demandé", "personnes l’ont demandé")
            return f"complet, {wishes} pour {french.count(workshop.capacity, 'place', 'places')}"
        if instead:
            return f"« {titles[instead]} », à la même heure, garde des places pour votre région"
        return "la recherche s’est arrêtée avant de l’examiner : demandez une place à l’accueil"

    def _is_instead(self, person: Person, key: str, workshop: Workshop) -> bool:
        return self.allocation.has(person.key, key) and self.workshops[key].overlaps(workshop)
