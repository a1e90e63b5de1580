"""Conventions, their programme and registrations in the back office."""

from django import forms
from django.contrib import admin, messages
from django.utils import timezone

from alliance.lib import french
from alliance.lib.back_office import PerimeterAdmin, ReadOnlyAdmin, verb
from alliance.lib.changes import changes_of
from alliance.lib.models import Change
from events.actions.convention import cancel_convention, change_capacity, publish_convention
from events.actions.moves import MOVED, take_programme_along, tell_of_move
from events.actions.offers import serve_those_who_wait
from events.actions.programme_plan import drafted, on_other_days
from events.actions.registration import cancel
from events.actions.workshop_places import serve_workshops
from events.models import Convention, ProgrammeItem, Registration, SeatQuota, Workshop
from events.models.programme_words import DRAFTED

ITEMS = ProgrammeItem._meta.db_table


def names_of_items(changes: list[Change]) -> dict[int, str]:
    """The title of the temps that each change is about; of one that has gone, the last that it had."""
    about = [change for change in changes if ITEMS in (change.noun, change.subject)]
    keys = {change.pk: change.row_id if change.noun == ITEMS else change.subject_id for change in about}
    removed = [change for change in about if change.noun == ITEMS and change.verb == Change.Verb.REMOVED]
    titles = {change.row_id: change.before["title"] for change in removed}
    titles |= dict(ProgrammeItem.everything.filter(pk__in=keys.values()).values_list("pk", "title"))
    return {pk: f"« {titles[key]} »" for pk, key in keys.items() if key in titles}


class OfNationalTeam:
    """Inline rows that the national team writes and every agent reads."""

    extra = 0

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    def has_add_permission(self, request, obj=None):
        return request.user.is_national

    has_change_permission = has_delete_permission = has_add_permission


class ProgrammeInline(admin.TabularInline):
    """Read here; drafted and published on its own screen."""

    model = ProgrammeItem
    extra = 0
    fields = readonly_fields = ["kind", "title", "starts_at", "ends_at", "room"]

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


class QuotaFormSet(forms.BaseInlineFormSet):
    """Seats kept for some are seats of the Convention: together they are not more than it has."""

    def clean(self):
        super().clean()
        kept = sum(
            form.cleaned_data.get("seats") or 0
            for form in self.forms
            if hasattr(form, "cleaned_data") and not form.cleaned_data.get("DELETE")
        )
        if self.has_changed() and kept > (self.instance.capacity or 0):
            seats = french.count(kept, "place réservée dépasse", "places réservées dépassent")
            of = french.count(self.instance.capacity or 0, "place", "places")
            raise forms.ValidationError(f"{seats} la capacité de la rencontre ({of}) : réservez-en moins.")


class QuotaInline(OfNationalTeam, admin.TabularInline):
    model = SeatQuota
    formset = QuotaFormSet


class WorkshopForm(forms.ModelForm):
    """The number of places never goes below those held: the database refuses, the form tells."""

    def clean_capacity(self):
        capacity = self.cleaned_data["capacity"]
        held = self.instance.places.live().count() if self.instance.pk else 0
        if capacity < held:
            taken = french.count(held, "place est déjà prise", "places sont déjà prises")
            raise forms.ValidationError(f"{taken} : donnez ce nombre au moins.")
        return capacity


class WorkshopInline(OfNationalTeam, admin.StackedInline):
    model = Workshop
    form = WorkshopForm
    readonly_fields = ["axis"]


class ConventionForm(forms.ModelForm):
    """The number of seats never goes below those confirmed: the verb decides, the form tells.

    Seats that are only offered may go: the verb takes them back, and a letter says so.
    """

    def clean_capacity(self):
        capacity = self.cleaned_data["capacity"]
        held = Registration.objects.filter(status=Registration.Status.CONFIRMED)
        confirmed = held.filter(convention=self.instance).count() if self.instance.pk else 0
        if capacity < confirmed:
            taken = french.count(confirmed, "place est déjà prise", "places sont déjà prises")
            raise forms.ValidationError(f"{taken} : donnez ce nombre au moins.")
        return capacity


@admin.register(Convention)
class ConventionAdmin(PerimeterAdmin):
    form = ConventionForm
    list_display = ["title", "kind", "state", "starts_at", "place", "capacity", "opens_at", "closes_at"]
    list_filter = ["state", "kind"]
    search_fields = ["title", "place"]
    autocomplete_fields = ["commune"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["state", "sequence", "public_id", "updated_at"]
    inlines = [QuotaInline, ProgrammeInline]
    actions = ["publish", "call_off"]

    def history_of(self, convention):
        """Of its programme too: temps, workshops, versions, whether speakers consented."""
        return changes_of(convention, *ProgrammeItem.everything.filter(convention=convention))

    def history_names(self, changes):
        return names_of_items(changes)

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if obj is None and request.user.is_national else {}

    def get_readonly_fields(self, request, obj=None):
        """The address of a published one stays: letters, calendars and printed pages already bear it."""
        is_read = obj is not None and obj.state != Convention.State.DRAFT
        return [*self.readonly_fields, "slug"] if is_read else self.readonly_fields

    def save_model(self, request, obj, form, change):
        """Only what was changed is written; seats are given by the verb, which also serves those who wait."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        capacity = obj.capacity
        before = Convention.objects.locked(obj.pk) if set(form.changed_data) & set(MOVED) else None
        if written := [name for name in form.changed_data if name != "capacity"]:
            obj.save(update_fields=[*written, "updated_at"])
        if before:
            self._moved(request, before, obj)
        if "capacity" in form.changed_data:
            change_capacity(convention=obj, capacity=capacity, by=request.user, at=timezone.now())

    def _moved(self, request, before, convention):
        """Who is told of another day or place; and what becomes of the programme, told to the agent."""
        if told := tell_of_move(before=before, after=convention, at=timezone.now()):
            people = french.count(told, "personne inscrite reçoit", "personnes inscrites reçoivent")
            messages.info(request, f"{people} un courriel qui dit ce qui change.")
        if moved := take_programme_along(before=before, after=convention):
            items = french.count(moved, "temps du programme a suivi", "temps du programme ont suivi")
            messages.info(request, f"{items} la rencontre, aux mêmes heures.")
        elif strays := len(on_other_days(convention, drafted(convention))):
            items = french.count(strays, "temps du programme n’est pas", "temps du programme ne sont pas")
            words = "changez-le, puis publiez le programme" if strays == 1 else "changez-les, puis publiez le programme"
            messages.warning(request, f"{items} au jour de la rencontre : {words}.")

    def save_related(self, request, form, formsets, change):
        """Seats kept for some, and until when, change who may sit: those who wait are served."""
        super().save_related(request, form, formsets, change)
        serve_those_who_wait(convention=form.instance, at=timezone.now())

    @verb("Publier")
    def publish(self, request, convention):
        publish_convention(convention=convention, by=request.user, at=timezone.now())

    @verb("Annuler la rencontre et prévenir les inscrits")
    def call_off(self, request, convention):
        cancel_convention(convention=convention, by=request.user, at=timezone.now())


@admin.register(ProgrammeItem)
class ProgrammeItemAdmin(PerimeterAdmin):
    """The words of a temps are drafted and published on the screen of its programme; places and caps change here."""

    list_display = ["title", "kind", "convention", "starts_at", "room"]
    list_filter = ["kind", "convention"]
    list_select_related = ["convention"]
    search_fields = ["title"]
    readonly_fields = ["convention", "kind", *DRAFTED]
    inlines = [WorkshopInline]

    def history_of(self, item):
        """Its own words are kept with the Convention, what belongs to it with itself."""
        return changes_of(item.convention).filter(noun=ITEMS, row_id=item.pk) | changes_of(item)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        """Nothing of the row itself is typed here."""

    def save_related(self, request, form, formsets, change):
        """Places and caps change who may sit in a workshop: those who wait are served."""
        super().save_related(request, form, formsets, change)
        serve_workshops(convention=form.instance.convention, at=timezone.now())


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    list_display = ["attendee", "convention", "status", "offer_ends_at", "registered_at", "confirmed_at"]
    list_filter = ["status", "audience", "convention"]
    list_select_related = ["attendee", "convention"]
    search_fields = ["attendee__name", "attendee__email"]
    actions = ["cancel_seat"]

    def row_label(self, registration):
        return f"{registration.attendee} · {registration.convention}"

    @verb(
        "Annuler l’inscription (la place est proposée à la première personne qui attend)",
        effect="l’inscription est annulée",
    )
    def cancel_seat(self, request, registration):
        cancel(registration=registration, by=request.user, at=timezone.now())
