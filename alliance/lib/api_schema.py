"""How the API describes itself."""

from drf_spectacular.openapi import AutoSchema


class PortalSchema(AutoSchema):
    """Operations named by what they do: lists and single things apart."""

    def get_operation_id(self):
        name = super().get_operation_id()
        is_list = getattr(self.view, "is_list", False) and self.method == "GET"
        return name.removesuffix("_retrieve") + "_list" if is_list else name
