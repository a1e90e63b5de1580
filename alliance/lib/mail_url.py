"""``EMAIL_URL`` → one entry of Django's ``MAILERS``."""

from urllib.parse import unquote, urlsplit


def mailer_from_url(url: str, *, timeout: int) -> dict:
    """Read ``smtp://[user:password@]host:port``, ``smtp+tls://`` (STARTTLS) or ``smtps://``. ``timeout`` in seconds."""
    parts = urlsplit(url)
    options = {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": timeout,
    }
    return {"BACKEND": "alliance.lib.smtp.EmailBackend", "OPTIONS": options}
