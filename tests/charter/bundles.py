"""Whole lives of signatures, by the acts of the portal themselves, so that every leaf and event is there; and the
offline verifier, loaded from its file as anybody would, with or without one of its checks."""

import base64
from datetime import date, timedelta
from types import ModuleType

from django.utils import timezone

from charter import actions, papers
from charter.actions.versions import freeze_version
from charter.bundle import VERIFIER
from charter.models import CharterVersion, Mandate, Signature
from tests import builders

KEY = base64.b64encode(bytes(range(32))).decode()


def verifier(*without: tuple[str, str]) -> ModuleType:
    """The tool, as a module. ``without``: pairs of source text and what stands in its place, to take a check away."""
    source = VERIFIER.read_text("utf-8")
    for text, instead in without:
        assert source.count(text) == 1, text
        source = source.replace(text, instead)
    module = ModuleType("verifier_alliance")
    exec(compile(source, str(VERIFIER), "exec"), module.__dict__)
    return module


class Life:
    """An organisation, its signatory with a mandate verified by an agent, two versions of the charter."""

    def __init__(self, name: str = "Réseau d’essai"):
        self.agent, self.second = builders.staff(), builders.staff()
        self.versions = [published("2014", date(2014, 10, 14)), published("2020", date(2020, 7, 2))]
        self.organisation = builders.organisation(name=name)
        self.signer = builders.user(full_name="Camille Essai")
        builders.membership(self.signer, self.organisation, "signatory")
        self.mandate = self.verified_mandate()

    def verified_mandate(self) -> Mandate:
        mandate = Mandate.objects.create(
            organisation=self.organisation, person=self.signer, entered_by=self.signer, kind="legal",
            job_title="Présidente", starts_on=date(2014, 1, 1),
        )  # fmt: skip
        return actions.verify_mandate(mandate=mandate, by=self.agent, at=timezone.now() - timedelta(days=40))

    def sign(self, version: int = 1, *, days_ago: int = 20) -> Signature:
        at = timezone.now() - timedelta(days=days_ago)
        if version == 0:
            at = at.replace(year=2015)
        return actions.record_signature(
            organisation=self.organisation, version=self.versions[version], signer=self.signer, mandate=self.mandate,
            proof_level="code", at=at,
        )  # fmt: skip

    def countersign(self, signature: Signature) -> Signature:
        return actions.countersign(signature=signature, by=self.agent, at=signature.signed_at + timedelta(days=2))

    def refuse(self, signature: Signature) -> Signature:
        return actions.refuse_signature(signature=signature, by=self.agent, motive="Pouvoir insuffisant.")

    def contest(self) -> None:
        actions.contest_mandate(mandate=self.mandate, by=self.second, motive="Ce mandat était faux.")

    def withdraw(self) -> None:
        actions.record_withdrawal(
            organisation=self.organisation, signer=self.signer, mandate=self.mandate, proof_level="code",
            motive="Autre alliance.", at=timezone.now(),
        )  # fmt: skip


def published(label: str, effective_on: date) -> CharterVersion:
    """With its leaf; the same one again when it exists."""
    found = CharterVersion.objects.filter(label=label).first()
    if found:
        return found
    draft = builders.charter_version(label, published=False, effective_on=effective_on, is_placeholder=True)
    return freeze_version(version=draft)


def standing(*, sealed: bool = True) -> Signature:
    """A signature that stands, its paper sealed."""
    life = Life()
    signature = life.countersign(life.sign())
    if sealed:
        papers.seal_now(signature.pk)
    return signature
