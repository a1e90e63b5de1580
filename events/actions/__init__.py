"""What happens around a Convention."""

from events.actions.convention import cancel_convention, change_capacity, publish_convention
from events.actions.registration import cancel, register

__all__ = ["cancel", "cancel_convention", "change_capacity", "publish_convention", "register"]
