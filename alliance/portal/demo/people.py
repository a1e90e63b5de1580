"""Persons: agents of La Poste, the four logins of the demonstration, and those who act for organisations."""

import base64
import hashlib
import json
from datetime import date
from pathlib import Path
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from alliance.portal.demo.names import person_names
from partners.actions.people import create_person, set_totp
from partners.models import Membership, Organisation, StaffPerimeter, User

# Local part of the address, name, job, régions (none: national), what the printed login says.
STAFF = (
    ("nationale", "Nadia Démo", "Responsable nationale des partenariats", (), "La Poste, équipe nationale"),
    ("bretagne", "Erwan Démo", "Délégué régional", ("53",), "La Poste, délégué régional, périmètre Bretagne"),
    ("seconde", "Simone Tournelune", "Chargée de partenariats nationaux", (), ""),
    ("idf", "Idriss Ponceclair", "Délégué régional", ("11",), ""),
    ("nord-est", "Nora Grisemine", "Déléguée régionale", ("32", "44", "28", "27"), ""),
    ("sud-est", "Serge Lampevive", "Délégué régional", ("84", "93", "94"), ""),
    ("sud-ouest", "Solange Filderive", "Déléguée régionale", ("75", "76"), ""),
    ("ouest-centre", "Oscar Rondeboule", "Délégué régional", ("24", "52"), ""),
    ("outre-mer", "Océane Vaguelame", "Déléguée pour l’outre-mer", ("01", "02", "03", "04", "06"), ""),
)
SIGNATORY, CONTRIBUTOR = "signataire@demo.invalid", "contributrice@demo.invalid"
NETWORK_HEAD = "reseau@demo.invalid"
SINCE = date(2014, 9, 15)
JOBS = {
    "signatory": (
        ("Présidente", "Président"),
        ("Directrice générale", "Directeur général"),
        ("Coprésidente", "Coprésident"),
    ),
    "administrator": (
        ("Secrétaire générale", "Secrétaire général"),
        ("Responsable des partenariats", "Responsable des partenariats"),
        ("Coordinatrice", "Coordinateur"),
    ),
    "contributor": (("Chargée de projets", "Chargé de projets"), ("Animatrice", "Animateur")),
    "reader": (("Trésorière", "Trésorier"), ("Membre du bureau", "Membre du bureau")),
}


def secret_of(email: str) -> str:
    """The TOTP secret of a demonstration agent: the same at each start, so that an application keeps working."""
    return base64.b32encode(hashlib.sha256(f"totp {email}".encode()).digest()[:20]).decode()


def make_staff() -> dict[str, User]:
    """Agents by the local part of their address; each has a second factor."""
    agents = {}
    for key, name, job, regions, _ in STAFF:
        email = f"{key}@demo.invalid"
        agent = create_person(email=email, full_name=name, is_staff=True, is_demo=True)
        perimeter = StaffPerimeter.objects.create(user=agent, national=not regions, job_title=job)
        perimeter.regions.set(regions)
        set_totp(agent, secret_of(email))
        agents[key] = agent
    return agents


def write_logins() -> Path:
    """``DATA_DIR/demo.json``: what `make run` prints. Readable by its owner only."""
    logins = [
        {"email": f"{key}@demo.invalid", "role": role, "totp_secret": secret_of(f"{key}@demo.invalid")}
        for key, _, _, _, role in STAFF
        if role
    ]
    logins += [
        {"email": SIGNATORY, "role": "représentante d’un réseau qui n’a pas signé la version en vigueur"},
        {"email": CONTRIBUTOR, "role": "contributrice d’une organisation locale, sans pouvoir de signer"},
        {"email": NETWORK_HEAD, "role": "administratrice d’un réseau signataire, qui invite ses membres"},
    ]
    kept = settings.DATA_DIR / "demo.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(json.dumps({"logins": logins}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return kept


def make_members(random: Random, organisations: list[Organisation]) -> dict[int, dict[str, User]]:
    """For each organisation, one person a role: a signatory always, others more often in networks."""
    names = person_names(random)
    wanted = [
        (organisation, role)
        for organisation in organisations
        for role, share in _shares(organisation.kind).items()
        if random.random() < share
    ]
    persons, unusable = [], make_password(None)
    for number, (_, role) in enumerate(wanted, 1):
        name, form = next(names)
        person = User(email=f"{slugify(name)}-{number}@demo.invalid", full_name=name, is_demo=True, password=unusable)
        person.job_title = random.choice(JOBS[role])[form]
        persons.append(person)
    User.objects.bulk_create(persons)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in persons
    )
    members: dict[int, dict[str, User]] = {}
    for (organisation, role), person in zip(wanted, persons, strict=True):
        members.setdefault(organisation.pk, {})[role] = person
    Membership.objects.bulk_create(
        Membership(user=person, organisation=organisation, role=role, job_title=person.job_title, starts_on=SINCE)
        for (organisation, role), person in zip(wanted, persons, strict=True)
    )
    return members


def _shares(kind: str) -> dict[str, float]:
    if kind == "network":
        return {"signatory": 1, "administrator": 0.9, "contributor": 0.6, "reader": 0.3}
    return {"signatory": 1, "administrator": 0.35, "contributor": 0.25}


def add_login(organisation: Organisation, email: str, name: str, role: str, job_title: str) -> User:
    person = create_person(email=email, full_name=name, is_demo=True)
    Membership.objects.create(user=person, organisation=organisation, role=role, job_title=job_title)
    return person
