"""How the API describes itself."""

from drf_spectacular.openapi import AutoSchema

DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
FIELDS = {"type": "object", "description": "Des phrases par champ ou par paramètre."}
CONFLICT = {
    "type": "object",
    "properties": {
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"code": {"type": "string"}, "detail": {"type": "string"}}},
        }
    },
    "required": ["errors"],
}
ALWAYS = {"400": ("Demande à corriger.", FIELDS), "429": ("Trop de demandes : voir Retry-After.", DETAIL)}
BUSY = {"503": ("Trop de téléchargements à la fois : voir Retry-After.", DETAIL)}
WITH_ACCOUNT = {"401": ("Il faut un compte ou un jeton.", DETAIL), "403": ("Ce droit manque.", DETAIL)}
WRITING = {"409": ("L’état des choses l’interdit.", CONFLICT), "415": ("Envoyez du JSON.", DETAIL)}
REPLAYED = {"422": ("Cette clé Idempotency-Key a servi à une autre demande.", DETAIL)}
MATCHED = {"412": ("La ressource a changé.", DETAIL), "428": ("If-Match manque.", DETAIL)}
MISSING = {"404": ("Il n’y a rien à cette adresse.", DETAIL)}
UNKNOWN_CALLER = {"401": ("Lecture libre ; mais le jeton présenté n’est pas reconnu.", DETAIL)}
WHOLE_FILES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
POINT = {
    "type": ["object", "null"],
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    },
    "required": ["type", "coordinates"],
}
FEATURE = {
    "type": "object",
    "properties": {"type": {"const": "Feature"}, "geometry": POINT, "properties": {"type": "object"}},
    "required": ["type", "geometry", "properties"],
}
FEATURES = {
    "type": "object",
    "description": "GeoJSON (RFC 7946).",
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": FEATURE}},
    "required": ["type", "features"],
}


class PortalSchema(AutoSchema):
    """Operations named by what they do: lists and single things apart; each says its refusals."""

    def get_operation_id(self):
        name = super().get_operation_id()
        is_list = self.lists()
        return name.removesuffix("_retrieve") + "_list" if is_list else name

    def lists(self) -> bool:
        return getattr(self.view, "is_list", False) and self.method == "GET"

    def is_open_read(self) -> bool:
        """Everyone reads; who says who they are may see more, and must say it right."""
        return self.method == "GET" and hasattr(self.view, "is_reading")

    def get_auth(self):
        return [*super().get_auth(), {}] if self.is_open_read() else super().get_auth()

    def _get_parameters(self):
        """``fields`` names its fields."""
        found = super()._get_parameters()
        names = list(getattr(self.view, "row_fields", ()))
        for parameter in found if names else ():
            if parameter["name"] == "fields":
                parameter |= {"schema": {"type": "array", "items": {"type": "string", "enum": names}}}
                parameter |= {"explode": False, "style": "form"}
        return found

    def refusals(self) -> dict:
        found = dict(ALWAYS) | (UNKNOWN_CALLER if self.is_open_read() else {})
        if self.lists() and hasattr(self.view, "download"):
            found |= BUSY
        if self.view.permission_classes and (self.method != "GET" or not hasattr(self.view, "is_reading")):
            found |= WITH_ACCOUNT if hasattr(self.view, "scope") else {}
        if self.method != "GET":
            found |= WRITING
        if self.method == "POST":
            found |= REPLAYED
        if self.method == "PATCH":
            found |= MATCHED
        return found | MISSING if "{" in self.path else found

    def sparse(self) -> dict:
        """A page of rows from which ``fields`` left out what was not asked for: each that stands is of its own kind."""
        row = self.view.row
        kinds = f"#/components/schemas/{row.__name__}/properties/" if row else ""
        fields = {name: {"$ref": kinds + name} if row else {} for name in self.view.row_fields}
        rows = {"type": "object", "properties": fields, "additionalProperties": False}
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "count": {"type": "integer"},
            "count_exact": {"type": "boolean"},
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": rows},
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
            "description": "Avec fields=.",
        }

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if self.lists() and hasattr(self.view, "download"):
            content = bodies["200"]["content"]
            page = content["application/json"]["schema"]
            whole = {
                "type": "object",
                "properties": {"results": {"type": "array", "items": {"type": "object"}}},
                "required": ["results"],
                "additionalProperties": False,
                "description": "Avec format=json.",
            }
            content["application/json"]["schema"] = {"anyOf": [page, self.sparse(), whole]}
            content |= {kind: {"schema": {"type": "string"}} for kind in WHOLE_FILES}
            content["application/geo+json"] = {"schema": FEATURES}
        for code, (sentence, schema) in self.refusals().items():
            bodies.setdefault(code, {"description": sentence, "content": {"application/json": {"schema": schema}}})
        return bodies
