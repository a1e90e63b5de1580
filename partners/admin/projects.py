"""Projects and reported errors in the back office: moderation is a verb."""

from django.contrib import admin
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from alliance.lib import french
from alliance.lib.back_office import PerimeterAdmin, ReadOnlyAdmin, TypedAutocompletes, verb
from partners.actions.back_office import add_axis, remove_axis
from partners.actions.projects import confirm_project, handle_correction, publish_project, return_project
from partners.admin.asked import AxisForm, StateForm, export_sheet
from partners.models import Correction, Project, ProjectFigure, ProjectPartner


class FigureInline(admin.TabularInline):
    model = ProjectFigure
    extra = 0


class PartnerInline(TypedAutocompletes, admin.TabularInline):
    model = ProjectPartner
    extra = 0
    autocomplete_fields = ["organisation"]


@admin.register(Project)
class ProjectAdmin(PerimeterAdmin):
    list_display = ["title", "lead", "commune", "state", "moderation", "confirmed_on"]
    more_columns = ["department", "region", "starts_on", "ends_on", "submitted_by", "created_at", "updated_at"]
    list_filter = ["moderation", "state", "region", "axes"]
    list_select_related = ["lead", "commune"]
    search_fields = ["title", "lead__search_name", "commune__search_name"]
    autocomplete_fields = ["lead", "commune"]
    ticked = ("axes",)
    readonly_fields = [
        "slug", "moderation", "return_motive", "department", "region", "confirmed_on", "submitted_by",
        "created_at", "updated_at",
    ]  # fmt: skip
    inlines = [FigureInline, PartnerInline]
    actions = [export_sheet, "publish", "send_back", "confirm", "set_state", "add_axis", "remove_axis"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "description", "lead", "axes"]}),
        ("Où et quand", {"fields": ["commune", "department", "region", "lat", "lon", "starts_on", "ends_on"]}),
        ("Où il en est", {"fields": ["state", "moderation", "return_motive", "confirmed_on"]}),
        ("Suivi", {"fields": ["origin", "source", "submitted_by", "created_at", "updated_at"]}),
    ]

    def has_add_permission(self, request):
        return False

    def get_inline_instances(self, request, obj=None):
        """Inline rows are written with the project, or only read like it."""
        may_write = obj is not None and self.has_change_permission(request, obj)
        instances = [inline(self.model, self.admin_site) for inline in self.inlines]
        for instance in instances:
            instance.has_view_permission = lambda request, obj=None: True
            for right in ("add", "change", "delete"):
                setattr(instance, f"has_{right}_permission", lambda request, obj=None: may_write)
        return instances

    @verb("Publier", effect="son auteur en est prévenu par courriel")
    def publish(self, request, project):
        publish_project(project=project, by=request.user)

    @verb("Retourner à son auteur, avec un motif", motive=True, effect="son auteur reçoit le motif par courriel")
    def send_back(self, request, project, motive):
        return_project(project=project, by=request.user, motive=motive)

    @verb("Confirmer que le projet vit toujours", undone=True)
    def confirm(self, request, project):
        confirm_project(project=project, by=request.user)

    @verb("Changer l’état, et confirmer", form=StateForm, undone=True)
    def set_state(self, request, project, state):
        confirm_project(project=project, by=request.user, state=state)

    @verb("Ajouter un axe", form=AxisForm, undone=True)
    def add_axis(self, request, project, axis):
        add_axis(thing=project, axis=axis, by=request.user)

    @verb("Retirer un axe", form=AxisForm, undone=True)
    def remove_axis(self, request, project, axis):
        remove_axis(thing=project, axis=axis, by=request.user)


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """The oldest that waits comes first; what was done is kept with who did it."""

    list_display = ["text", "about", "reported_at", "age", "resolution", "handled_at"]
    list_display_links = ["text"]
    list_filter = [("handled_at", admin.EmptyFieldListFilter), "resolution"]
    list_select_related = ["project", "organisation"]
    actions = ["handle", "dismiss"]

    def get_ordering(self, request):
        return [F("handled_at").asc(nulls_first=True), "reported_at", "pk"]

    @admin.display(description="page")
    def about(self, correction):
        """The public page that it speaks of, one click away."""
        page = correction.project or correction.organisation
        name = "partners:project" if correction.project else "partners:organisation"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[page.slug]), page)

    @admin.display(description="âge", ordering="reported_at")
    def age(self, correction):
        return french.age((correction.handled_at or timezone.now()) - correction.reported_at)

    @verb("Traitée : la page est corrigée")
    def handle(self, request, correction):
        handle_correction(correction=correction, by=request.user, resolution=Correction.Resolution.CORRECTED)

    @verb("Traitée : rien à corriger")
    def dismiss(self, request, correction):
        handle_correction(correction=correction, by=request.user, resolution=Correction.Resolution.UNCHANGED)
