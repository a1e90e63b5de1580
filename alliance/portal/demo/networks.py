"""A head of network who signs in, and members in each state: signatory, adhering, invited, declined, gone, unknown.

By the acts of the portal. No real organisation: names and addresses of the demonstration.
"""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from alliance.portal.demo import people
from charter.actions.adhesions import adhere, adhere_by_link, decline_by_link, withdraw_adhesion
from charter.actions.member_invitations import prepare_list, send_list
from charter.models import CharterVersion, MemberInvitation, Signature, adhesion_text
from partners.models import Membership, Organisation, User

DECIDERS = ("administrator", "signatory")
PASTED = (
    ("La Remise aux vélos", "remise@demo.invalid"),
    ("Le Comptoir des lueurs", "comptoir@demo.invalid"),
    ("Jardin des deux ponts", "deux-ponts@demo.invalid"),
)


def tell(now: datetime) -> Organisation | None:
    """The network that the login « réseau » heads: the signatory with the most members."""
    version = CharterVersion.objects.in_force(now.date())
    heads = Organisation.objects.filter(kind="network", signatures__in=Signature.objects.current(version))
    network = heads.annotate(below=Count("children")).order_by("-below", "pk").first()
    if network is None:
        return None
    head = people.add_login(network, people.NETWORK_HEAD, "Rachel Démo", "administrator", "Déléguée générale")
    unsigned = Organisation.objects.filter(Q(parent=network) | Q(parent__parent=network)).exclude(
        signatures__in=Signature.objects.live()
    )
    found = list(unsigned.filter(memberships__role__in=DECIDERS).distinct().order_by("pk")[:5])
    for days, member in zip((60, 41, 20), found[:3], strict=False):
        _adhere(member, network, version, now - timedelta(days=days))
    if len(found) > 2:
        gone = found[2].adhesions.get()
        withdraw_adhesion(adhesion=gone, side="network", by=head, motive="A quitté le réseau.", at=now)
    alone = unsigned.filter(memberships__role="signatory").exclude(memberships__role="administrator")
    left = alone.exclude(pk__in=[each.pk for each in found]).order_by("-pk").first()
    Membership.objects.filter(organisation=left).update(ends_on=now.date() - timedelta(days=90), ended_at=now)
    _invite(network, head, version, [*found[3:], *([left] if left else [])], now)
    for invitation in MemberInvitation.objects.filter(network=network, organisation__in=[left] if left else []):
        _answer(invitation, version, now)
    return network


def _adhere(member: Organisation, network: Organisation, version: CharterVersion, at: datetime) -> None:
    holder = Membership.objects.filter(organisation=member, role__in=DECIDERS).order_by("role").first().user
    adhere(
        organisation=member, network=network, by=holder, at=at,
        consent=adhesion_text(member.name, network.name, version),
    )  # fmt: skip


def _invite(network: Organisation, head: User, version: CharterVersion, members: list[Organisation], now: datetime):
    """One declines, the others wait; some were never known to the portal."""
    sent_at = now - timedelta(days=6)
    lines = [(each.name, f"contact-{each.slug[:30]}@demo.invalid") for each in members] + list(PASTED)
    rows = [(number, list(cells)) for number, cells in enumerate(lines, start=1)]
    prepared = prepare_list(network=network, rows=rows, by=head, at=sent_at)
    send_list(prepared=prepared, by=head, at=sent_at)
    by_name = {each.name: each for each in MemberInvitation.objects.filter(network=network)}
    decline_by_link(invitation=by_name[PASTED[0][0]], at=now)


def _answer(invitation: MemberInvitation, version: CharterVersion, now: datetime) -> None:
    """By the link: whoever looked after this member on the portal has left."""
    words = adhesion_text(invitation.organisation.name, invitation.network.name, version)
    adhere_by_link(invitation=invitation, name="Ariane Démo", job_title="présidente", consent=words, at=now)
