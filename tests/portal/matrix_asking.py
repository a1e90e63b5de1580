"""How the matrices ask: what stands in addresses, who holds which browser, what an answer took."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from unittest.mock import patch

from django.db import connection, transaction
from django.test import Client

Values = dict[str, object]
NO_CONTEXTS = "django.test.client.store_rendered_templates"  # copied at each include; nobody here reads them


@dataclass
class Noun:
    """What stands in addresses: one's own row; a stranger's beside a missing one; ``hidden``: pairs that exist for
    nobody at this address, and must look alike."""

    own: Values
    stranger: Values | None = None
    missing: Values | None = None
    hidden: list[tuple[Values, Values]] = field(default_factory=list)


@dataclass
class World:
    clients: dict[str, Client]
    nouns: dict[str, Noun]

    def ask(self, role: str, method: str, path: str, body: dict | None = None, headers: dict | None = None):
        """The answer, with its whole ``body`` and its ``queries``; nothing that it wrote remains."""
        client, queries = self.clients[role], []
        kept = SimpleCookie(client.cookies.output(header="", sep=";"))

        def note(execute, sql, params, many, context):
            queries.append(sql)
            return execute(sql, params, many, context)

        with transaction.atomic(), connection.execute_wrapper(note), patch(NO_CONTEXTS, lambda *args, **told: None):
            sent = {"headers": headers}
            response = (
                client.post(path, body or {}, **sent) if method == "POST" else client.generic(method, path, **sent)
            )
            response.body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        client.cookies = kept
        response.queries = queries
        return response
