"""Fields of the back office: choices that are typed, and choices that are ticked."""

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple


class TypedAutocomplete(AutocompleteSelect):
    """Django's looks up whatever was sent when it shows a refused form again; what can be no key is dropped here."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [each for each in value if self.may_be_key(str(each))], attr)

    def may_be_key(self, typed: str) -> bool:
        try:
            self.field.target_field.to_python(typed or None)
        except ValidationError:
            return False
        return "\x00" not in typed


class TypedAutocompletes:
    """For admin classes and inline rows."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", TypedAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class Ticked:
    """For admin classes. ``ticked``: many-to-many fields of few rows, as boxes: neither a mouse nor « Ctrl »."""

    ticked: tuple[str, ...] = ()

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.ticked:
            kwargs.setdefault("widget", CheckboxSelectMultiple())
        return super().formfield_for_manytomany(db_field, request, **kwargs)
