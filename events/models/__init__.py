from events.models.convention import Convention, ProgrammeItem, Workshop
from events.models.registration import Attendee, Registration

__all__ = ["Attendee", "Convention", "ProgrammeItem", "Registration", "Workshop"]
