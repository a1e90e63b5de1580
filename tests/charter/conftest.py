"""Fixtures of the charter's tests. Models are imported when Django is ready, not when this file is read."""

import pytest


@pytest.fixture
def case(db):
    from tests.charter.signing import make_case

    return make_case()


@pytest.fixture
def signer(case):
    """The browser of the person who may sign."""
    from tests.sessions import signed_in

    return signed_in(case.signer)


@pytest.fixture
def key(case):
    """The access key of the person who may sign."""
    from tests.passkeys import SoftwareKey

    return SoftwareKey(case.signer)


@pytest.fixture
def preparer(case):
    """The browser of a contributor without power."""
    from tests import builders
    from tests.sessions import signed_in

    person = builders.user("zoe@test.invalid", full_name="Zoé Essai")
    builders.membership(person, case.organisation, "contributor")
    return signed_in(person)


@pytest.fixture
def stored(settings, tmp_path):
    """The folder where uploaded papers go for the length of the test."""
    options = {"location": str(tmp_path), "base_url": None}
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return tmp_path


from tests.proof.conftest import authority, issuer, lasting, sealing, use_key  # noqa: E402, F401  the fixtures of the seal
