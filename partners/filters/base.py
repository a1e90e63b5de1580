"""The parameters that every noun shares, declared once, and how values combine."""

from partners.filters import places, references
from partners.filters.fields import (
    MAX_RADIUS_KM,
    ChoicesField,
    CriteriaFilterSet,
    NearField,
    OrderingField,
    Parameter,
    RadiusField,
    TextField,
)


def choices(find, expected: str, help_text: str) -> Parameter:
    return Parameter(ChoicesField, help_text, find=find, expected=expected)


def fixed(values, help_text: str) -> Parameter:
    known = dict(values)
    return choices(references.fixed(known), f"les valeurs possibles sont {', '.join(known)}", help_text)


def ordering(*orders: str) -> Parameter:
    return Parameter(OrderingField, f"Ordre : {', '.join(orders)}.", orders=orders)


class SharedFilterSet(CriteriaFilterSet):
    """Text, axes, place, network, charter, distance."""

    q = Parameter(TextField, "Mots cherchés, en français ; entre guillemets, cherchés tels quels.")
    axis = choices(references.axes, "donnez le numéro d’un axe", "Numéro d’un axe d’action ; répétable.")
    stake = choices(references.stakes, "donnez un enjeu par son adresse", "Adresse (slug) d’un enjeu ; répétable.")
    region = choices(places.regions, "donnez un code INSEE de région", "Code INSEE d’une région ; répétable.")
    department = choices(
        places.departments, "donnez un code de département, comme 29 ou 2A", "Code d’un département ; répétable."
    )
    commune = choices(
        places.communes,
        "donnez un code INSEE de commune",
        "Code INSEE d’une commune, d’une ancienne commune ou d’un arrondissement municipal ; répétable.",
    )
    network = choices(
        references.networks,
        "donnez une organisation par son adresse",
        "Adresse (slug) d’une organisation : elle et celles qui lui sont rattachées ; répétable.",
    )
    signatory = fixed(
        references.SIGNATORY,
        "Signature de la charte en vigueur par l’organisation : current, pending, former, none ; répétable.",
    )
    near = Parameter(NearField, "Point « latitude,longitude » en degrés, d’où l’on mesure.")
    radius_km = Parameter(
        RadiusField, f"Distance à « near », en kilomètres : 25 sans précision, {MAX_RADIUS_KM} au plus."
    )
