"""The ground in the back office: the journal and the work that is owed, both only read."""

from django.contrib import admin

from alliance.lib.back_office import ReadOnlyAdmin, verb
from alliance.lib.errors import Conflict
from alliance.outbox.delivery import revive
from alliance.outbox.models import Owed
from alliance.proof.models import JournalEntry


class NationalOnly(ReadOnlyAdmin):
    """Rows that belong to no région: the national team reads them."""

    def has_module_permission(self, request):
        return request.user.is_staff and request.user.is_national

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)


@admin.register(JournalEntry)
class JournalEntryAdmin(NationalOnly):
    list_display = ["position", "kind", "subject", "recorded_at"]
    list_filter = ["kind"]
    search_fields = ["^subject"]
    fields = readonly_fields = ["position", "kind", "subject", "recorded_at", "leaf"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields


@admin.register(Owed)
class OwedAdmin(NationalOnly):
    list_display = ["work", "state", "created_at", "due_at", "attempts", "last_error"]
    list_filter = ["state", "work"]
    fields = ["work", "state", "created_at", "due_at", "attempts", "last_error", "message_id", "done_at"]
    actions = ["owe_again"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def writable(self, request):
        return self.get_queryset(request)

    @verb("Relancer (seulement ce qui a été abandonné)")
    def owe_again(self, request, owed):
        if not revive(Owed.objects.filter(pk=owed.pk)):
            raise Conflict("Ce travail n’est pas abandonné : rien à relancer.", code="not_dead")
