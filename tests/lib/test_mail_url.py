"""``EMAIL_URL``."""

import pytest

from alliance.lib.mail_url import mailer_from_url


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://127.0.0.1:1025", {"host": "127.0.0.1", "port": 1025, "use_tls": False, "use_ssl": False}),
        ("smtp+tls://mail.example.fr", {"host": "mail.example.fr", "port": 587, "use_tls": True, "use_ssl": False}),
        ("smtps://mail.example.fr", {"host": "mail.example.fr", "port": 465, "use_tls": False, "use_ssl": True}),
        ("smtp://ada%40example.fr:p%2Fw@h:2525", {"username": "ada@example.fr", "password": "p/w", "port": 2525}),
    ],
)
def test_an_address_becomes_a_mailer(url, options):
    mailer = mailer_from_url(url, timeout=3)
    assert mailer["BACKEND"] == "alliance.lib.smtp.EmailBackend"
    assert mailer["OPTIONS"]["timeout"] == 3
    assert {name: mailer["OPTIONS"][name] for name in options} == options
