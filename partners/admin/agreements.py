"""Accords de partenariat in the back office."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.utils import timezone

from alliance.lib.back_office import PerimeterAdmin, verb
from partners.actions.back_office import add_axis, check_referent, name_referent, remove_axis, show
from partners.admin.asked import AxisForm, ReferentForm, export_sheet
from partners.models import Agreement, AgreementTemplate, GroupEntity, Membership, User


class TermFilter(admin.SimpleListFilter):
    """By when it ends: a date hierarchy would read every date of the list."""

    title = "terme"
    parameter_name = "terme"
    days = {"30": "sous 30 jours", "90": "sous 90 jours", "365": "dans l’année"}

    def lookups(self, request, model_admin):
        return [("passe", "passé"), *self.days.items()]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "passe":
            return queryset.filter(ends_on__lt=today)
        if self.value() in self.days:
            return queryset.filter(ends_on__range=(today, today + timedelta(days=int(self.value()))))
        return queryset


class AgreementForm(forms.ModelForm):
    """Whoever is newly named answers for their side; a referent of former days may stay."""

    def clean_referent(self) -> User | None:
        person = self.cleaned_data["referent"]
        if person and "referent" in self.changed_data:
            check_referent(self.instance, person)
        return person

    def clean(self):
        typed = super().clean()
        person, organisation = typed.get("partner_referent"), typed.get("organisation") or self.instance.organisation
        here = Membership.objects.live().filter(user=person, organisation=organisation)
        if person and "partner_referent" in self.changed_data and not here.exists():
            self.add_error("partner_referent", "Cette personne n’est pas rattachée à l’organisation de l’accord.")
        return typed


@admin.register(Agreement)
class AgreementAdmin(PerimeterAdmin):
    form = AgreementForm
    list_display = ["title", "organisation", "kind", "state", "starts_on", "ends_on", "is_public"]
    list_filter = ["state", TermFilter, "kind", "is_public", "organisation__region"]
    list_select_related = ["organisation"]
    search_fields = ["title", "organisation__search_name"]
    autocomplete_fields = ["organisation", "referent", "partner_referent"]
    ticked = ("axes", "regions", "entities")
    filter_horizontal = ["departments"]
    actions = [export_sheet, "name_referent", "add_axis", "remove_axis", "publish", "hide"]
    more_columns = ["referent", "partner_referent", "created_at", "updated_at"]
    readonly_fields = ["state", "starts_on", "ends_on", "public_id", "created_at", "updated_at"]

    @verb("Nommer le référent La Poste", form=ReferentForm, undone=True)
    def name_referent(self, request, agreement, referent):
        name_referent(agreement=agreement, referent=referent, by=request.user)

    @verb("Ajouter un axe", form=AxisForm, undone=True)
    def add_axis(self, request, agreement, axis):
        add_axis(thing=agreement, axis=axis, by=request.user)

    @verb("Retirer un axe", form=AxisForm, undone=True)
    def remove_axis(self, request, agreement, axis):
        remove_axis(thing=agreement, axis=axis, by=request.user)

    @verb("Montrer au public", undone=True)
    def publish(self, request, agreement):
        show(thing=agreement, public=True, by=request.user)

    @verb("Masquer au public", undone=True)
    def hide(self, request, agreement):
        show(thing=agreement, public=False, by=request.user)

    def get_readonly_fields(self, request, obj=None):
        """What was agreed upon does not change once in force: amend or end it."""
        if obj and obj.state != Agreement.State.DRAFT:
            return [*self.readonly_fields, "organisation", "kind"]
        return self.readonly_fields

    def has_add_permission(self, request):
        """An agreement begins with a text: see /gestion/accords/nouveau/."""
        return False


@admin.register(AgreementTemplate)
class AgreementTemplateAdmin(PerimeterAdmin):
    list_display = ["title", "kind", "is_current", "is_placeholder", "updated_at"]
    list_filter = ["is_current", "is_placeholder"]
    search_fields = ["title"]


@admin.register(GroupEntity)
class GroupEntityAdmin(PerimeterAdmin):
    list_display = ["label", "source", "is_current"]
    list_filter = ["is_current"]
    search_fields = ["label"]
