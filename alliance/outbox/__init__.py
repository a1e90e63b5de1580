"""Durable work: a row written in the transaction that owes it, relayed to Celery.

``owe`` writes the row, ``work`` registers the function that pays the debt. Models are imported when first needed.
"""

WORKS: dict = {}
FAILED: dict = {}
REJECTED: list = []


def work(name: str, *, failed=None):
    """Register the function that does the work ``name``: ``def …(*args, owed)``.

    ``failed(error, owed)`` is called after each attempt that failed, when all that it wrote has been rolled back.
    """

    def register(function):
        if WORKS.get(name, function).__qualname__ != function.__qualname__:
            raise ValueError(f"Two functions claim the work {name}.")
        WORKS[name] = function
        if failed:
            FAILED[name] = failed
        return function

    return register


def on_rejected(function):
    """Register ``function(posting)``, called inside the transaction that notes that the post knows no such address."""
    if function.__qualname__ not in {known.__qualname__ for known in REJECTED}:
        REJECTED.append(function)
    return function


def owe(name: str, *args, due_at=None):
    """Write, inside the caller's transaction, that ``name(*args)`` is owed, from ``due_at`` on (now by default)."""
    from alliance.outbox.models import Owed

    return Owed.objects.create(work=name, args=list(args), **({"due_at": due_at} if due_at else {}))


def owe_each(name: str, rows):
    """As ``owe``, once for each of ``rows`` (the arguments of one piece of work), in one statement."""
    from alliance.outbox.models import Owed

    return Owed.objects.bulk_create([Owed(work=name, args=list(args)) for args in rows])
