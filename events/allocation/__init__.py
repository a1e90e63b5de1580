"""Who attends which workshop, from ranked wishes: pure functions, no database, no clock.

``people`` and ``workshops`` go in, an ``Allocation`` comes out; the same seed gives the same one on any machine.
"""

from events.allocation.optimum import allocate
from events.allocation.terms import Allocation, Person, Workshop
from events.allocation.verdict import breaches, figures

__all__ = ["Allocation", "Person", "Workshop", "allocate", "breaches", "figures"]
