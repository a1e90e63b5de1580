from tests.broker import broker, programs  # noqa: F401  fixtures
