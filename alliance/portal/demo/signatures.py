"""Mandates and signatures of both versions, each through the very actions of the portal: same checks, same journal.

Of the 53 networks: 31 signed in 2014 and again in 2020, 10 in 2020 only, 5 in 2014 only (that of the login
« signataire » among them), 2 wait for the countersignature, 1 withdrew, 1 was refused, 1 is contested, 2 never signed.
Local organisations: 90 stand on the version in force, 12 wait.
"""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from alliance.portal.demo import campaigns
from alliance.portal.demo.ceremony import lived
from charter import actions
from charter.actions.passkeys import BY_PASSKEY, Approval
from charter.actions.sign import BY_CODE
from charter.models import CharterVersion, Mandate, Signature
from partners.models import Organisation, User

LOCAL_STANDING, LOCAL_PENDING, LOCAL_MANDATES, LOCAL_GUESTS = 90, 12, 7, 24
AGES = (1, 3, 8, 15, 32, 61)
FATES = ["both"] * 31 + ["2020"] * 10 + ["2014"] * 4 + ["pending", "pending", "withdrawn", "refused", "contested"]
FIRST_SIGNATURES = [(date(2014, 10, 14), date(2014, 11, 28))] * 3 + [(date(2015, 1, 5), date(2015, 11, 3))]
BRITTANY = "53"


class Signing:
    """What every signature of the demonstration needs at hand."""

    def __init__(self, random: Random, members: dict[int, dict[str, User]], agents: dict[str, User], now: datetime):
        self.random, self.members, self.agents, self.now = random, members, agents, now
        self.versions = {version.slug: version for version in CharterVersion.objects.published()}

    def agent_of(self, organisation: Organisation) -> User:
        if organisation.kind == "network":
            return self.agents["nationale"]
        region = organisation.place.region
        return next((a for a in self.agents.values() if region in a.region_codes), self.agents["nationale"])

    def day(self, first: date, last: date) -> datetime:
        """A working hour of a day between the two."""
        day = first + timedelta(days=self.random.randint(0, max((last - first).days, 0)))
        return datetime.combine(day, time(self.random.randint(9, 17), self.random.randrange(60)), self.now.tzinfo)

    def mandate(
        self, organisation: Organisation, person: User, starts: datetime, *, ends_on: date | None = None, job: str = ""
    ) -> Mandate:
        """A verified mandate: entered by its holder, verified by an agent two days after."""
        mandate = Mandate.objects.create(
            organisation=organisation, person=person, entered_by=person, kind="legal",
            job_title=job or person.job_title,
            starts_on=timezone.localdate(starts), ends_on=ends_on,
        )  # fmt: skip
        at = min(starts + timedelta(days=2), self.now)
        mandate = actions.verify_mandate(mandate=mandate, by=self.agent_of(organisation), at=at)
        Mandate.objects.filter(pk=mandate.pk).update(entered_at=starts)
        return mandate

    def sign(self, organisation, slug: str, mandate: Mandate, at: datetime, *, countersigned=True) -> Signature:
        presence = lived(organisation, self.versions[slug], mandate.person, at)
        signature = actions.record_signature(
            organisation=organisation, version=self.versions[slug], signer=mandate.person, mandate=mandate,
            proof_level=BY_PASSKEY if isinstance(presence, Approval) else BY_CODE, presence=presence, at=at,
        )  # fmt: skip
        if countersigned:
            after = min(at + timedelta(days=self.random.randint(1, 20), hours=2), self.now)
            signature = actions.countersign(signature=signature, by=self.agent_of(organisation), at=after)
        return signature


def make_signatures(
    random: Random, organisations: list[Organisation], members, agents: dict[str, User], now: datetime, login: User
) -> None:
    """``login`` is the entitled signatory of the first network, which has signed 2014 only.

    In the order of time, so that evidence follows it: 2014, the first campaign, 2020 and after, the second campaign.
    """
    signing = Signing(random, members, agents, now)
    networks = [o for o in organisations if o.kind == "network"]
    locals_ = LocalOnes(signing, [o for o in organisations if o.kind != "network"])
    fates = FATES[:]
    random.shuffle(fates)
    told = list(zip(networks[1:], fates, strict=False))
    _former(signing, networks[0])
    mandates = {network.pk: _first_mandate(signing, network, fate) for network, fate in told}
    first = campaigns.open_first(agents, now)
    for network, fate in told:
        _since_2020(signing, network, fate, mandates[network.pk])
    campaigns.close_first(first, agents, now)
    locals_.stand()
    second = campaigns.open_second(agents, locals_.guests(), now)
    campaigns.be_read(second, now)
    locals_.sign(before=campaigns.REMINDED)
    campaigns.remind(second, agents, now)
    signing.mandate(networks[0], login, now - timedelta(days=12), job="Présidente")
    for network, fate in told:
        _lately(signing, network, fate, mandates[network.pk])
    locals_.sign()
    locals_.deposit()


def _former(signing: Signing, network: Organisation) -> None:
    """Its former president signed in 2014; the new one has the power, verified ten days ago, and has not signed yet."""
    former = signing.members[network.pk]["signatory"]
    starts = signing.day(date(2014, 10, 1), date(2014, 10, 10))
    mandate = signing.mandate(network, former, starts, ends_on=date(2019, 6, 30))
    signing.sign(network, "2014", mandate, signing.day(date(2014, 10, 14), date(2014, 12, 1)))


def _first_mandate(signing: Signing, network: Organisation, fate: str) -> Mandate:
    """And the signature of 2014 of those who gave it."""
    early = fate in ("both", "2014", "withdrawn")
    starts = (
        signing.day(date(2014, 9, 20), date(2014, 10, 5)) if early else signing.day(date(2020, 6, 1), date(2020, 6, 25))
    )
    mandate = signing.mandate(network, signing.members[network.pk]["signatory"], starts)
    if early:
        signing.sign(network, "2014", mandate, signing.day(*signing.random.choice(FIRST_SIGNATURES)))
    return mandate


def _since_2020(signing: Signing, network: Organisation, fate: str, mandate: Mandate) -> None:
    if fate in ("both", "2020", "withdrawn", "contested"):
        signing.sign(network, "2020", mandate, signing.day(date(2020, 7, 3), date(2021, 3, 1)))
    if fate == "withdrawn":
        actions.record_withdrawal(
            organisation=network, signer=mandate.person, mandate=mandate, proof_level=BY_CODE,
            motive="Le réseau se recentre sur une autre alliance.", at=signing.day(date(2024, 2, 1), date(2024, 5, 1)),
        )  # fmt: skip


def _lately(signing: Signing, network: Organisation, fate: str, mandate: Mandate) -> None:
    if fate == "pending":
        age = timedelta(days=signing.random.choice((2, 19)), hours=3)
        signing.sign(network, "2020", mandate, signing.now - age, countersigned=False)
    if fate == "refused":
        refused = signing.sign(network, "2020", mandate, signing.now - timedelta(days=40), countersigned=False)
        motive = "Le pouvoir produit ne couvre pas la signature de la charte : une délibération est attendue."
        actions.refuse_signature(
            signature=refused, by=signing.agents["nationale"], motive=motive, at=signing.now - timedelta(days=33)
        )
    if fate == "contested":
        motive = "La personne n’exerçait plus ce mandat le jour de la signature, selon le réseau lui-même."
        actions.contest_mandate(
            mandate=mandate, by=signing.agents["seconde"], motive=motive, at=signing.now - timedelta(days=21)
        )


class LocalOnes:
    """Bretagne comes first among those that wait, so that its delegate has a queue."""

    def __init__(self, signing: Signing, organisations: list[Organisation]):
        self.signing = signing
        shuffled = signing.random.sample(organisations, len(organisations))
        shuffled.sort(key=lambda organisation: organisation.place.region != BRITTANY)
        waiting = shuffled[:4] + shuffled[60 : 60 + LOCAL_PENDING - 4]
        self.depositing = shuffled[4:7] + shuffled[80 : 80 + LOCAL_MANDATES - 3]
        apart = {organisation.pk for organisation in waiting + self.depositing}
        rest = [organisation for organisation in shuffled if organisation.pk not in apart]
        self.standing, self.silent = (
            rest[-LOCAL_STANDING:],
            rest[: LOCAL_GUESTS // 2] + rest[40 : 40 + LOCAL_GUESTS // 2],
        )
        ages = [timedelta(days=signing.random.choice(AGES), hours=signing.random.randint(1, 6)) for _ in waiting]
        self.waiting = sorted(zip(ages, waiting, strict=True), key=lambda pair: -pair[0])

    def guests(self) -> list[Organisation]:
        """Invited to the second campaign: some sign it since, some are silent."""
        later = [organisation for age, organisation in self.waiting if age < campaigns.OPENED]
        return later + self.depositing + self.silent

    def stand(self) -> None:
        for organisation in self.standing:
            at = self.signing.day(date(2020, 9, 1), timezone.localdate(self.signing.now) - timedelta(days=40))
            mandate = self.signing.mandate(organisation, self.signatory(organisation), at - timedelta(days=15))
            self.signing.sign(organisation, "2020", mandate, at)

    def sign(self, *, before: timedelta = timedelta()) -> None:
        """Those who signed longer ago than ``before`` and wait for La Poste, the oldest first; each once."""
        while self.waiting and self.waiting[0][0] >= before:
            age, organisation = self.waiting.pop(0)
            at = self.signing.now - age
            mandate = self.signing.mandate(organisation, self.signatory(organisation), at - timedelta(days=9))
            self.signing.sign(organisation, "2020", mandate, at, countersigned=False)

    def deposit(self) -> None:
        for number, organisation in enumerate(self.depositing):
            _deposited(self.signing, organisation, refused=number == LOCAL_MANDATES - 1)

    def signatory(self, organisation: Organisation) -> User:
        return _signatory(self.signing, organisation)


def _signatory(signing: Signing, organisation: Organisation) -> User:
    return signing.members[organisation.pk]["signatory"]


def _deposited(signing: Signing, organisation: Organisation, *, refused: bool) -> None:
    """A mandate that waits for its verification, or that was refused."""
    entered = signing.now - timedelta(days=signing.random.randint(1, 25), hours=2)
    person = _signatory(signing, organisation)
    mandate = Mandate.objects.create(
        organisation=organisation, person=person, entered_by=person, kind="delegate",
        job_title=person.job_title, starts_on=timezone.localdate(entered),
    )  # fmt: skip
    if refused:
        motive = "La délibération jointe est celle d’une autre organisation."
        actions.refuse_mandate(mandate=mandate, by=signing.agent_of(organisation), motive=motive)
    Mandate.objects.filter(pk=mandate.pk).update(entered_at=entered)
