"""Fixtures of the seal. Models are imported when Django is ready, not when this file is read."""

from datetime import timedelta

import pytest

DAY = timedelta(days=1)


@pytest.fixture
def use_key(settings, tmp_path):
    """``use_key(key, certificate)`` makes it the key of the portal."""

    from tests.proof import seals

    def use(key, certificate, *, password="secret", told="secret", chain=()):
        file = tmp_path / "seal.p12"
        file.write_bytes(seals.p12(key, certificate, password=password, chain=chain))
        settings.SEAL_P12, settings.SEAL_PASSWORD = str(file), told

    return use


@pytest.fixture
def sealing(use_key):
    """The portal has a key that seals."""
    from tests.proof import seals

    use_key(*seals.certified("Cachet d’essai"))


@pytest.fixture
def authority(settings):
    """A timestamp authority that answers well until it is told otherwise."""
    from django.core.cache import cache

    from tests.proof import seals

    running = seals.Authority()
    settings.TSA_URL = running.url
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield running
    cache.clear()
    running.end()


@pytest.fixture
def issuer():
    """Who certifies keys and answers whether they are good."""
    from tests.proof import revoking

    running = revoking.Issuer()
    yield running
    running.end()


@pytest.fixture
def lasting(use_key, authority, issuer):
    """A seal and an authority whose certificates can be asked about: what B-LTA needs. Returns their issuer."""
    use_key(*issuer.certify("Cachet certifié", ends=900 * DAY), chain=[issuer.root])
    authority.certify(*issuer.stamping(ends=60 * DAY), chain=[issuer.root])
    return issuer
