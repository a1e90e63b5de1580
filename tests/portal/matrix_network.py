"""The rows and nouns of the matrices that speak of networks, invitations, adhesions, needs and resources."""

from tests import builders
from tests.charter import adhering
from tests.partners import lacking
from tests.portal.matrix_asking import Noun, Values

NOBODY = "00000000-0000-0000-0000-000000000000"


def lacked(lead, member, axis) -> dict:
    return {
        "need": lacking.need(lead, axis, created_by=member),
        "resource": lacking.resource([axis], commune=lead.commune),
    }


def lacked_nouns(alone, under) -> dict[str, Noun]:
    def public_id(name: str):
        return lambda rows: {"public_id": rows[name].public_id}

    return {
        "space_need": under(public_id("need"), public_id=NOBODY),
        "need": alone(public_id("need"), public_id=NOBODY),
        "resource": alone(public_id("resource"), public_id=NOBODY),
    }


def network_of(slug: str, member, version) -> dict:
    """A network that invites ``member``, and under which another organisation adheres."""
    network = builders.organisation(slug=f"tete-{slug}", name=f"Tête {slug}", kind="network", is_public=False)
    builders.signature(network, version)
    return {
        "network": network,
        "member_invitation": adhering.member_invitation(network, member),
        "adhesion": adhering.adhesion(builders.organisation(parent=network, is_public=False), network),
    }


def network_nouns(own: dict, other: dict) -> dict[str, Noun]:
    """What stands under the address of a network, of a member, and what links of letters name."""

    def beneath(key: str, value) -> Noun:
        here, away = ({"slug": rows["network"].slug} for rows in (own, other))
        missing = {key: NOBODY}
        crossed = [(here | {key: value(other)}, here | missing)]
        nothing = {"slug": "rien-ici"} | missing
        return Noun(here | {key: value(own)}, away | {key: value(other)}, nothing, hidden=crossed)

    def above(rows: dict) -> Values:
        return {"slug": rows["organisation"].slug, "network": rows["network"].slug}

    return {
        "network": Noun(*({"slug": slug} for slug in (own["network"].slug, other["network"].slug, "rien-ici"))),
        "network_adhesion": beneath("public_id", lambda rows: rows["adhesion"].public_id),
        "member_invitation": beneath("public_id", lambda rows: rows["member_invitation"].public_id),
        "invitation_list": beneath("list_id", lambda rows: rows["member_invitation"].invitation_list.public_id),
        "network_above": Noun(above(own), above(other), {"slug": "rien-ici", "network": "rien-ici"}),
        "member_link": Noun({"token": own["member_invitation"].token}),
        "adhesion_link": Noun({"token": own["adhesion"].token}),
    }
