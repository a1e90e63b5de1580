"""What ``manage.py check`` refuses. Tagged « security » checks run with ``--deploy`` only."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

OLDEST_POSTGRESQL = 15


@register(Tags.security, deploy=True)
def site_is_https(app_configs, **kwargs) -> list[Error]:
    if settings.SITE_URL.startswith("https://"):
        return []
    return [Error("SITE_URL is not https://: cookies and passkeys need it.", id="portal.E001")]


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs, **kwargs) -> list[Error]:
    if not any(host.startswith("*") for host in settings.ALLOWED_HOSTS):
        return []
    return [Error("ALLOWED_HOSTS has a star: name the hosts, links in mails depend on them.", id="portal.E002")]


@register(Tags.security, deploy=True)
def demonstration_is_off(app_configs, **kwargs) -> list[Error]:
    if not settings.DEMO:
        return []
    return [Error("DEMO=1 shows everybody's mail at /courriels/: only `make run` sets it.", id="portal.E003")]


@register(Tags.security, deploy=True)
def journal_is_signed(app_configs, **kwargs) -> list[Warning]:
    if settings.JOURNAL_KEY:
        return []
    return [Warning("JOURNAL_KEY is missing: acts are recorded, but no checkpoint is signed.", id="portal.W005")]


@register(Tags.database)
def postgresql_is_recent(app_configs, databases=None, **kwargs) -> list[Error]:
    """Runs where the database is asked for: ``check --database default`` and ``migrate``."""
    found = {alias: connections[alias].pg_version // 10_000 for alias in databases or ()}
    return [
        Error(f"The database « {alias} » is PostgreSQL {version}: 15 or later is needed.", id="portal.E004")
        for alias, version in found.items()
        if version < OLDEST_POSTGRESQL
    ]
