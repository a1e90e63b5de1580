"""What happens around a Convention."""

from events.actions.convention import cancel_convention, change_capacity, publish_convention
from events.actions.offers import accept_offer, decline_offer, serve_those_who_wait
from events.actions.registration import cancel, register

__all__ = [
    "accept_offer",
    "cancel",
    "cancel_convention",
    "change_capacity",
    "decline_offer",
    "publish_convention",
    "register",
    "serve_those_who_wait",
]
