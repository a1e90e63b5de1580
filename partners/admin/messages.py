"""Messages that readers of a région's page send to its agents: the oldest first, answered by mail, then closed."""

from django.contrib import admin
from django.db.models import F
from django.utils import timezone

from alliance.lib import french
from alliance.lib.back_office import PerimeterAdmin, ReadOnlyAdmin, verb
from partners.actions.messages import handle_message
from partners.models import ProgrammeCount, TerritoryMessage


@admin.register(TerritoryMessage)
class TerritoryMessageAdmin(ReadOnlyAdmin):
    list_display = ["text", "region", "department", "sent_at", "age", "handled_at"]
    list_filter = [("handled_at", admin.EmptyFieldListFilter), "region"]
    list_select_related = ["region", "department"]
    actions = ["handle"]

    def get_ordering(self, request):
        return [F("handled_at").asc(nulls_first=True), "sent_at", "pk"]

    @admin.display(description="âge", ordering="sent_at")
    def age(self, message):
        return french.age((message.handled_at or timezone.now()) - message.sent_at)

    @verb("Marquer comme traité")
    def handle(self, request, message):
        handle_message(message=message, by=request.user)


@admin.register(ProgrammeCount)
class ProgrammeCountAdmin(PerimeterAdmin):
    """What the programme announced, with its source: written by the national team."""

    only_national_writes = True
    list_display = ["label", "value", "when", "source"]
