"""Whether a connection of the pool still stands, without asking the server each time."""

import select
import time
from weakref import WeakKeyDictionary

from psycopg import Connection
from psycopg_pool import ConnectionPool

TRUSTED_FOR = 5.0
_answered: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()


def still_there(connection: Connection) -> None:
    """Return quietly, or raise what psycopg raises.

    A server that goes away closes its side, which shows at once as something to read where nothing is expected; what
    no side says (a network gone silent) is found by a question, asked of a connection that none was asked of lately.
    """
    now = time.monotonic()
    if now - _answered.get(connection, -TRUSTED_FOR) < TRUSTED_FOR and not _has_something_to_say(connection):
        return
    ConnectionPool.check_connection(connection)
    _answered[connection] = now


def _has_something_to_say(connection: Connection) -> bool:
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN | select.POLLPRI)
    return bool(line.poll(0))
