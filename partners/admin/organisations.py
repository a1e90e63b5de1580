"""Organisations in the back office."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from alliance.lib.back_office import PerimeterAdmin, verb
from alliance.lib.errors import Conflict
from charter.actions.prepare import invite_to_sign
from charter.models import CharterVersion
from partners.actions.back_office import add_axis, join_network, remove_axis, show
from partners.admin.asked import AxisForm, ParentForm, export_sheet, write_to
from partners.models import Organisation
from partners.models.likeness import likely, typed_of


class OrganisationForm(forms.ModelForm):
    """Whoever creates what is perhaps there already is told so once, and says that it is another."""

    another = forms.BooleanField(
        label="Ce n’est pas la même : créer quand même",
        required=False,
        help_text="À cocher seulement si le portail rapproche cette fiche d’une autre, à tort.",
    )

    def clean(self):
        typed = super().clean()
        if not self.instance.pk and not typed.get("another"):
            found = likely(typed_of(self.data), Organisation.objects.all())
            for each in found:
                place = f", {each.organisation.commune.name}" if each.organisation.commune else ""
                self.add_error("another", f"Peut-être déjà là : « {each.organisation} »{place} ({each.reason}).")
        return typed


@admin.register(Organisation)
class OrganisationAdmin(PerimeterAdmin):
    form = OrganisationForm
    list_display = ["name", "glance", "kind", "parent", "commune", "siren", "is_public", "updated_at"]
    more_columns = ["short_name", "region", "department", "siret", "rna", "website", "source", "created_at"]
    list_filter = ["kind", "is_public", "region", "axes"]
    list_select_related = ["parent", "commune"]
    search_fields = ["search_name", "^siren", "^siret", "^rna"]
    search_help_text = "Nom, SIREN, SIRET ou RNA."
    autocomplete_fields = ["parent", "commune"]
    ticked = ("axes",)
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["public_id", "department", "region", "created_at", "updated_at"]
    actions = [write_to, export_sheet, "ask_to_sign", "add_axis", "remove_axis", "join", "publish", "hide"]
    fieldsets = [
        (None, {"fields": ["kind", "name", "short_name", "slug", "parent", "is_public"]}),
        ("Identité", {"fields": ["siren", "siret", "rna", "website"]}),
        ("Ce qu’elle fait", {"fields": ["summary", "description", "axes"]}),
        ("Lieu", {"fields": ["commune", "department", "region"]}),
        ("Suivi", {"fields": ["source", "public_id", "created_at", "updated_at"]}),
    ]

    @admin.display(description="en un coup d’œil")
    def glance(self, organisation):
        words = '<a href="{}">Suivi<span class="visually-hidden"> : {}</span></a>'
        return format_html(words, reverse("staff_partner", args=[organisation.slug]), organisation)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else [*fieldsets, ("Doublon probable", {"fields": ["another"]})]

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if obj is None else {}

    def get_readonly_fields(self, request, obj=None):
        """A public address does not change under its readers' feet."""
        return [*self.readonly_fields, "slug"] if obj else self.readonly_fields

    @verb("Ajouter un axe", form=AxisForm, undone=True)
    def add_axis(self, request, organisation, axis):
        add_axis(thing=organisation, axis=axis, by=request.user)

    @verb("Retirer un axe", form=AxisForm, undone=True)
    def remove_axis(self, request, organisation, axis):
        remove_axis(thing=organisation, axis=axis, by=request.user)

    @verb("Rattacher à un réseau", form=ParentForm, undone=True)
    def join(self, request, organisation, parent):
        join_network(organisation=organisation, parent=parent, by=request.user)

    @verb("Montrer dans l’annuaire", undone=True)
    def publish(self, request, organisation):
        show(thing=organisation, public=True, by=request.user)

    @verb("Masquer de l’annuaire", undone=True)
    def hide(self, request, organisation):
        show(thing=organisation, public=False, by=request.user)

    @verb("Inviter à signer la charte en vigueur", effect="une invitation part par courriel")
    def ask_to_sign(self, request, organisation):
        version = CharterVersion.objects.in_force(timezone.localdate())
        if version is None:
            raise Conflict("Aucune version de la charte n’est en vigueur.", code="no_version")
        invite_to_sign(organisation=organisation, version=version, by=request.user, at=timezone.now())
