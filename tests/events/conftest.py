"""Fixtures of the seal and of stored files, for certificates."""

from tests.charter.conftest import stored  # noqa: F401
from tests.proof.conftest import authority, sealing, use_key  # noqa: F401
