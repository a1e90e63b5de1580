"""How the API describes itself."""

from copy import deepcopy

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
WRONG = {"type": "object", "description": "Des phrases par champ ou par paramètre."}
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
REFUSALS = {"Detail": DETAIL, "Wrong": WRONG, "Conflict": CONFLICT}
ALWAYS = {"400": ("Demande à corriger.", "Wrong"), "429": ("Trop de demandes : voir Retry-After.", "Detail")}
BUSY = {"503": ("Trop de téléchargements à la fois : voir Retry-After.", "Detail")}
WITH_ACCOUNT = {"401": ("Il faut un compte ou un jeton.", "Detail"), "403": ("Ce droit manque.", "Detail")}
WRITING = {"409": ("L’état des choses l’interdit.", "Conflict"), "415": ("Envoyez du JSON.", "Detail")}
REPLAYED = {"422": ("Cette clé Idempotency-Key a servi à une autre demande.", "Detail")}
MATCHED = {"412": ("La ressource a changé.", "Detail"), "428": ("If-Match manque.", "Detail")}
MISSING = {"404": ("Il n’y a rien à cette adresse.", "Detail")}
UNKNOWN_CALLER = {"401": ("Lecture libre ; mais le jeton présenté n’est pas reconnu.", "Detail")}
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
WHOLE = {
    "type": "object",
    "properties": {"results": {"type": "array", "items": {"type": "object"}}},
    "required": ["results"],
    "additionalProperties": False,
    "description": "Avec format=json.",
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
        """``fields`` names its fields; what is written is asked nothing in its address."""
        found = super()._get_parameters()
        if self.method != "GET":
            return [parameter for parameter in found if parameter["in"] != "query"]
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

    def named(self, name: str, schema: dict) -> dict:
        """A reference to ``schema``, told once for all operations."""
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    def sparse(self) -> dict:
        """A page of rows from which ``fields`` left out what was not asked for: each that stands is of its own kind."""
        noun = self.view.row.__name__.removesuffix("Row")
        known = self.registry[self.view.row.__name__, ResolvedComponent.SCHEMA].schema["properties"]
        fields = {name: deepcopy(known[name]) for name in self.view.row_fields}
        row = self.named(f"{noun}Sparse", {"type": "object", "properties": fields, "additionalProperties": False})
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "count": {"type": "integer"},
            "count_exact": {"type": "boolean"},
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": row},
        }
        page = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
        return self.named(f"{noun}SparseList", page | {"description": "Avec fields=."})

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if self.lists() and hasattr(self.view, "download"):
            content = bodies["200"]["content"]
            page = content["application/json"]["schema"]
            content["application/json"]["schema"] = {"anyOf": [page, self.sparse(), self.named("WholeList", WHOLE)]}
            content |= {kind: {"schema": {"type": "string"}} for kind in WHOLE_FILES}
            content["application/geo+json"] = {"schema": self.named("Features", FEATURES)}
        for code, (sentence, name) in self.refusals().items():
            schema = self.named(name, REFUSALS[name])
            bodies.setdefault(code, {"description": sentence, "content": {"application/json": {"schema": schema}}})
        return bodies
