"""Charter, mandates and signatures in the back office: every change is a verb."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from alliance.lib.back_office import PerimeterAdmin, ReadOnlyAdmin, verb
from charter.actions.decide import countersign, refuse_signature
from charter.actions.mandates import contest_mandate, refuse_mandate, verify_mandate
from charter.actions.versions import propose_version, publish_version, take_back_version
from charter.models import Article, CharterVersion, Mandate, Paper, Signature, Withdrawal
from charter.models.campaign import awaiting_a_campaign
from charter.models.paper import unsealed, with_seal


class ArticleInline(admin.StackedInline):
    model = Article
    extra = 1

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    def _is_open(self, request, obj):
        return request.user.is_national and (obj is None or obj.state == CharterVersion.State.DRAFT)

    def has_add_permission(self, request, obj=None):
        return self._is_open(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(CharterVersion)
class CharterVersionAdmin(PerimeterAdmin):
    list_display = ["label", "title", "kind", "state", "effective_on", "published_at", "is_placeholder"]
    list_filter = ["state", "kind"]
    prepopulated_fields = {"slug": ["label"]}
    readonly_fields = ["state", "proposed_by", "proposed_at", "published_by", "published_at", "digest"]
    inlines = [ArticleInline]
    actions = ["propose", "take_back", "publish"]

    def has_change_permission(self, request, obj=None):
        """A proposed version does not move, a published one never changes: the form is only read."""
        return request.user.is_national and (obj is None or obj.state == CharterVersion.State.DRAFT)

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}

    @verb("Proposer la publication (un autre agent publiera)")
    def propose(self, request, version):
        propose_version(version=version, by=request.user, at=timezone.now())

    @verb("Reprendre en brouillon")
    def take_back(self, request, version):
        take_back_version(version=version, by=request.user)

    @verb("Publier (le texte ne changera plus)")
    def publish(self, request, version):
        publish_version(version=version, by=request.user, at=timezone.now())
        if awaiting_a_campaign().filter(pk=version.pk).exists():
            address = reverse("staff_campaign_prepare", args=[version.slug])
            words = (
                'Cette version demande de signer de nouveau : <a href="{}">préparez sa campagne de réengagement</a>.'
            )
            self.message_user(request, format_html(words, address))


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    list_display = ["organisation", "person", "kind", "job_title", "state", "starts_on", "ends_on", "waits", "paper"]
    list_filter = ["state", "kind", "organisation__region"]
    list_select_related = ["organisation", "person"]
    search_fields = ["organisation__search_name", "person__search_name"]
    actions = ["establish", "refuse", "contest"]
    exclude = ["document"]
    readonly_fields = ["paper"]

    def get_readonly_fields(self, request, obj=None):
        return [name for name in super().get_readonly_fields(request, obj) if name != "document"]

    @admin.display(description="attend depuis", ordering="entered_at")
    def waits(self, mandate):
        return timesince(mandate.entered_at, depth=1) if mandate.state == Mandate.State.SUBMITTED else ""

    @admin.display(description="pièce justificative")
    def paper(self, mandate):
        if not mandate.document:
            return "aucune"
        return format_html(
            '<a href="{}">Télécharger</a>', reverse("charter:mandate_document", args=[mandate.public_id])
        )

    def row_label(self, mandate):
        return f"{mandate.person} · {mandate.organisation}"

    @verb("Vérifier : le pouvoir est établi", effect="le pouvoir devient établi")
    def establish(self, request, mandate):
        verify_mandate(mandate=mandate, by=request.user, at=timezone.now())

    @verb("Refuser, avec un motif", motive=True, effect="le mandat devient refusé")
    def refuse(self, request, mandate, motive):
        refuse_mandate(mandate=mandate, by=request.user, motive=motive)

    @verb("Contester : le mandat est faux", motive=True, effect="le mandat devient contesté")
    def contest(self, request, mandate, motive):
        contest_mandate(mandate=mandate, by=request.user, motive=motive, at=timezone.now())


class SealFilter(admin.SimpleListFilter):
    title = "cachet"
    parameter_name = "cachet"

    def lookups(self, request, model_admin):
        return [("waiting", "scellement en attente"), ("unstamped", "horodatage en attente")]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return unsealed(queryset)
        if self.value() == "unstamped":
            return queryset.filter(Exists(Paper.objects.unstamped().filter(signature=OuterRef("pk"))))
        return queryset


class SignatureStateFilter(admin.SimpleListFilter):
    title = "état"
    parameter_name = "etat"

    def lookups(self, request, model_admin):
        return [("pending", "à contresigner"), ("standing", "contresignées"), ("ended", "refusées ou retirées")]

    def queryset(self, request, queryset):
        if self.value() == "pending":
            return queryset.pending()
        if self.value() == "standing":
            return queryset.standing()
        if self.value() == "ended":
            return queryset.exclude(pk__in=Signature.objects.live().values("pk"))
        return queryset


class YearFilter(admin.SimpleListFilter):
    """The charter begins in 2014: no query tells the years."""

    title = "année"
    parameter_name = "annee"

    def lookups(self, request, model_admin):
        return [(str(year), str(year)) for year in range(timezone.localdate().year, 2013, -1)]

    def queryset(self, request, queryset):
        """A year that the list does not offer filters nothing, as for the other filters."""
        known = {year for year, _ in self.lookup_choices}
        return queryset.filter(signed_at__year=self.value()) if self.value() in known else queryset


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin):
    list_display = ["organisation", "version", "signer_name", "signed_at", "countersigned_at", "seal", "code"]
    list_display_links = ["organisation"]
    list_filter = [SignatureStateFilter, YearFilter, SealFilter, "version", "organisation__region"]
    list_select_related = ["organisation", "version"]
    search_fields = ["organisation__search_name", "^code", "organisation_name"]
    actions = ["approve", "refuse"]
    readonly_fields = ["proof"]

    def get_queryset(self, request):
        return with_seal(super().get_queryset(request))

    @admin.display(description="cachet")
    def seal(self, signature):
        return signature.seal_words

    @admin.display(description="dossier de preuve")
    def proof(self, signature):
        """Staff who see the row may read the dossier; each reading is noted and told to the organisation."""
        file = reverse("charter:dossier", args=[signature.code])
        readers = reverse("charter:evidence", args=[signature.organisation.slug, signature.code])
        words = '<a href="{}">Télécharger (PDF)</a> · <a href="{}">Qui l’a lu</a>. Chaque lecture est inscrite.'
        return format_html(words, file, readers)

    def row_label(self, signature):
        return f"{signature.organisation_name} · {signature.signer_name}, le {signature.signed_at:%d/%m/%Y}"

    @verb("Contresigner pour La Poste", effect="la signature est contresignée")
    def approve(self, request, signature):
        countersign(signature=signature, by=request.user, at=timezone.now())

    @verb("Refuser, avec un motif", motive=True, effect="la signature est refusée")
    def refuse(self, request, signature, motive):
        refuse_signature(signature=signature, by=request.user, motive=motive, at=timezone.now())


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """What signatories said when they left; a signed act, only read."""

    list_display = ["organisation", "signer_name", "signed_at", "motive"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__search_name", "organisation_name"]
    list_filter = [YearFilter]
