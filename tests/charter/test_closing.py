"""Closing a campaign: every fate, the register fixed for ever, its digest in the journal."""

import csv
import hashlib
import io
import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from alliance.lib.copy_out import FORMULA
from alliance.lib.errors import Conflict
from alliance.proof.models import JournalEntry
from charter.actions.closing import close_campaign
from charter.models import Campaign, CarriedOver, Concerned, RegisterLine
from charter.models.register import HEADER, Fate, csv_lines
from tests import builders
from tests.charter.campaigns import at, make_world

pytestmark = pytest.mark.django_db

DAYS = {"opens_on": date(2020, 9, 1), "closes_on": date(2020, 12, 31), "grace_on": date(2021, 3, 31)}
OPENING, CLOSING = at(2020, 9, 1), at(2021, 1, 4)


@pytest.fixture
def world():
    return make_world()


def open_one(world):
    return world.campaign(opened_at=OPENING, **DAYS)


def closed(world, moment=CLOSING):
    return close_campaign(campaign=open_one(world), by=world.agent, motive="Terme échu.", at=moment)


def refused(**fields) -> str:
    with pytest.raises(Conflict) as refusal:
        close_campaign(**fields)
    return refusal.value.code


def fates(campaign) -> dict[str, str]:
    return dict(campaign.register.values_list("organisation__slug", "fate"))


def test_each_organisation_meets_its_fate_as_of_the_closing(world):
    signed, pending, contested, withdrawn, refused_, late, _ = (
        world.signatory(slug=slug)
        for slug in ("signe", "attend", "conteste", "retire", "refuse", "en-retard", "silence")
    )
    during = {"signed_at": at(2020, 10)}
    world.resign(signed, **during)
    world.resign(pending, **during, countersigned_at=CLOSING + timedelta(days=3))
    world.resign(contested, **during, contested_at=at(2020, 11))
    world.resign(withdrawn, **during, withdrawn_at=at(2020, 12))
    world.resign(
        refused_, **during, countersigned_at=None, countersigned_by=None, refused_at=at(2020, 11), motive="Pouvoir."
    )
    world.resign(late, signed_at=at(2021, 2))
    campaign = closed(world)
    assert fates(campaign) == {
        "signe": "signed",
        "attend": "pending",
        "conteste": "contested",
        "retire": "withdrawn",
        "refuse": "refused",
        "en-retard": "silent",
        "silence": "silent",
    }
    line = campaign.register.get(fate="pending")
    assert (line.signed_at, line.countersigned_at) == (at(2020, 10), None)


def test_what_happens_after_the_closing_changes_nothing_in_the_register(world):
    organisation = world.signatory(slug="signe")
    signature = world.resign(organisation, signed_at=at(2020, 10))
    campaign = closed(world)
    type(signature).objects.filter(pk=signature.pk).update(withdrawn_at=at(2024))
    assert fates(campaign) == {"signe": "signed"}


def test_a_signature_carried_over_to_the_editorial_version_in_force_is_told_so(world):
    organisation = world.signatory(slug="reportee")
    signature = world.resign(organisation, signed_at=at(2020, 10))
    corrected = builders.charter_version("2020-1", kind="editorial", effective_on=date(2020, 11, 1))
    CarriedOver.objects.create(signature=signature, version=corrected, carried_at=at(2020, 11))
    assert fates(closed(world)) == {"reportee": "carried"}


def test_signing_an_editorial_version_that_follows_is_answering(world):
    organisation = world.signatory(slug="corrigee")
    corrected = builders.charter_version("2020-1", kind="editorial", effective_on=date(2020, 11, 1))
    builders.signature(
        organisation, corrected, signer=organisation.memberships.get().user, signed_at=at(2020, 12),
        mandate=organisation.mandates.get(),
    )  # fmt: skip
    assert fates(closed(world)) == {"corrigee": "signed"}


def test_the_file_has_the_digest_that_the_journal_keeps_and_these_very_bytes(world):
    """The digests of campaigns already closed depend on this form: it never changes."""
    network = builders.organisation(kind="network", name="Réseau des marais", slug="reseau")
    organisation = world.signatory(
        slug="vasiere", name="La Vasière", siren="000000000", parent=network, commune=builders.commune()
    )
    signature = world.resign(organisation, signed_at=at(2020, 10), countersigned_at=at(2020, 10, 2))
    campaign = closed(world)
    content = "".join(csv_lines(campaign.register.select_related("signature__version")))
    assert content == (
        "\ufeffrang,organisation,siren,réseau,région,à quel titre,issue,code de vérification,version signée,signée le,"
        "contresignée le\r\n"
        "1,La Vasière,000000000,Réseau des marais,Bretagne,signataire de la version précédente à l’ouverture,réengagée,"
        f"{signature.code},2020,2020-10-01T12:00:00+02:00,2020-10-02T12:00:00+02:00\r\n"
    )
    digest = hashlib.sha256(content.encode()).hexdigest()
    leaf = json.loads(JournalEntry.objects.get(kind="campaign_closed").leaf)
    assert digest == campaign.register_digest == leaf["facts"]["register_digest"]
    assert leaf["subject"] == f"campaign/{campaign.public_id}"
    assert leaf["facts"] == {
        "version": "2020",
        "opens_on": "2020-09-01",
        "closes_on": "2020-12-31",
        "grace_on": "2021-03-31",
        "opened_at": "2020-09-01T10:00:00.000000Z",
        "closed_at": "2021-01-04T10:00:00.000000Z",
        "register_digest": digest,
        "fates": {"signed": 1},
    }
    assert sorted(leaf["commitments"]) == ["agent_email", "motive"]


@pytest.mark.parametrize("sign", FORMULA)
def test_a_name_that_a_spreadsheet_would_compute_is_inert(world, sign):
    world.signatory(name=f"{sign}SOMME(A1)")
    text = "".join(csv_lines(closed(world).register.all()))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert (rows[0][1:], rows[1][1]) == (list(HEADER)[1:], f"'{sign}SOMME(A1)")


def test_it_is_not_closed_before_its_last_day_is_over_nor_twice_nor_unopened(world):
    world.signatory()
    campaign = open_one(world)
    act = {"campaign": campaign, "by": world.agent, "motive": "Terme échu."}
    assert refused(**act, at=at(2020, 12, 31)) == "still_running"
    close_campaign(**act, at=CLOSING)
    assert refused(**act, at=CLOSING) == "already_closed"
    assert RegisterLine.objects.count() == 1
    other = builders.campaign(world.new, opened=False, **DAYS)
    assert refused(**act | {"campaign": other}, at=CLOSING) == "not_open"


def test_closing_takes_a_motive_and_the_national_team(world):
    world.signatory()
    campaign = open_one(world)
    with pytest.raises(ValidationError) as refusal:
        close_campaign(campaign=campaign, by=world.agent, motive="  ", at=CLOSING)
    assert list(refusal.value.message_dict) == ["motive"]
    with pytest.raises(PermissionDenied):
        close_campaign(campaign=campaign, by=builders.staff(regions=[builders.region()]), motive="Oui.", at=CLOSING)
    assert Campaign.objects.get().state == "open"


def test_the_register_is_fixed_in_the_database(world):
    world.signatory()
    campaign = closed(world)
    line = campaign.register.get()
    changes = [
        lambda: RegisterLine.objects.update(fate="signed"),
        lambda: RegisterLine.objects.all().delete(),
        lambda: RegisterLine.objects.create(
            campaign=campaign,
            position=2,
            organisation=builders.organisation(),
            organisation_name="X",
            origin="invited",
            fate="silent",
        ),
        lambda: Campaign.objects.update(motive="Autre."),
        lambda: Campaign.objects.update(register_digest="1" * 64),
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="ne change"), transaction.atomic():
            change()
    line.refresh_from_db()
    assert line.fate == "silent"


def test_the_words_of_the_file_never_change():
    """They are part of the bytes whose digest is in the journal."""
    assert dict(Fate.choices) == {
        "signed": "réengagée",
        "carried": "réengagée, signature reportée",
        "pending": "signée, en attente de contresignature",
        "contested": "signature contestée",
        "withdrawn": "retirée",
        "refused": "non contresignée",
        "silent": "sans réponse",
    }
    assert dict(Concerned.Origin.choices) == {
        "standing": "signataire de la version précédente à l’ouverture",
        "invited": "invitée par un agent",
    }
