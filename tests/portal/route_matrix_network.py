"""The doors of networks, adhesions, needs and resources: a part of the table of ``route_matrix.py``."""

from tests.portal.matrix import Door

SPACE = Door("member", "organisation")
DOORS = {
    "partners:space_needs": SPACE,
    "partners:space_need_new": Door("writer", "organisation", post="writer", insiders=403),
    "partners:space_need": Door("member", "space_need", post="writer"),
    "partners:space_need_edit": Door("writer", "space_need", post="writer", insiders=403),
    "charter:network": SPACE,
    "charter:network_csv": Door("member", "network"),
    "charter:network_xlsx": Door("member", "network"),
    "charter:network_end": Door("evidence", "network_adhesion", post="evidence", insiders=403),
    "charter:invitations": Door("evidence", "network", post="evidence", insiders=403),
    "charter:invitation_list": Door("evidence", "invitation_list", post="evidence", insiders=403),
    "charter:revoke": Door("", "member_invitation", post="evidence", insiders=403),
    "charter:adhesion": Door("member", "network_above", post="evidence"),
    "charter:member_link": Door("key", "member_link", post="key"),
    "charter:adhesion_withdrawal": Door("key", "adhesion_link", post="key"),
    "staff_needs": Door("staff"),
    "staff_need": Door("region", "need", post="region"),
    "staff_resources": Door("staff"),
    "staff_resource_new": Door("staff", post="staff"),
    "staff_resource": Door("region", "resource", post="region"),
    "staff_partner_network": Door("region", "organisation"),
}
