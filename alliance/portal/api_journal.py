"""The journal in the API: entries with their proof of inclusion, and proofs that it only grew. Hashes are in base64."""

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.api_views import PublicEndpoint, answer
from alliance.proof import checkpoints, tree
from alliance.proof.models import Checkpoint, JournalEntry
from alliance.proof.notes import encoded

HASH = "SHA-256, en base64."
NUMBER = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 10**18 - 1}


class EntryProof(serializers.Serializer):
    position = serializers.IntegerField(help_text="À partir de 0.")
    leaf = serializers.CharField(help_text="JSON canonique (RFC 8785), sans donnée personnelle.")
    leaf_hash = serializers.CharField(help_text="SHA-256(0x00 ‖ feuille), en base64.")
    size = serializers.IntegerField(help_text="Nombre d’entrées de l’arbre pour lequel vaut la preuve.")
    root = serializers.CharField(help_text=HASH)
    inclusion_proof = serializers.ListField(
        child=serializers.CharField(), help_text="RFC 9162, 2.1.3 ; de bas en haut."
    )
    checkpoint = serializers.CharField(allow_null=True, help_text="Note signée à ce nombre d’entrées, s’il y en a une.")


class ConsistencyProof(serializers.Serializer):
    old = serializers.IntegerField()
    new = serializers.IntegerField()
    old_root = serializers.CharField(help_text=HASH)
    new_root = serializers.CharField(help_text=HASH)
    consistency_proof = serializers.ListField(child=serializers.CharField(), help_text="RFC 9162, 2.1.4.")


class Entries(PublicEndpoint):
    @extend_schema(
        summary="Une entrée du journal et sa preuve d’inclusion",
        parameters=[
            OpenApiParameter("position", NUMBER, OpenApiParameter.PATH, description="À partir de 0."),
            OpenApiParameter(
                "size",
                NUMBER,
                description="Nombre d’entrées de l’arbre. Sans précision : celui du dernier point de contrôle, "
                "ou le nombre actuel si l’entrée n’est pas encore couverte.",
            ),
        ],
        responses=EntryProof,
    )
    def get(self, request, position):
        check_names(request.query_params, ("size",))
        number = whole("position", position)
        entry = JournalEntry.objects.filter(position=number).first()
        if entry is None:
            raise Http404
        present = tree.size()
        size = (
            whole("size", request.query_params["size"]) if "size" in request.query_params else covering(number, present)
        )
        if not number < size <= present:
            raise BadRequest({"size": [f"« size » est un nombre d’entrées, de {number + 1} à {present}."]})
        return answer(request, entry_proof(entry, size))


class Consistency(PublicEndpoint):
    @extend_schema(
        summary="Preuve que le journal n’a fait que grandir",
        parameters=[
            OpenApiParameter("old", NUMBER, required=True, description="Nombre d’entrées d’avant."),
            OpenApiParameter("new", NUMBER, required=True, description="Nombre d’entrées d’après."),
        ],
        responses=ConsistencyProof,
    )
    def get(self, request):
        check_names(request.query_params, ("old", "new"))
        old, new = (whole(name, request.query_params.get(name, "")) for name in ("old", "new"))
        present = tree.size()
        if new > present:
            raise BadRequest({"new": [f"« new » est un nombre d’entrées, {present} au plus."]})
        if old > new:
            raise BadRequest({"old": ["« old » est au plus égal à « new »."]})
        body = {
            "old": old,
            "new": new,
            "old_root": encoded(tree.root(old)),
            "new_root": encoded(tree.root(new)),
            "consistency_proof": [encoded(found) for found in tree.consistency_proof(old, new)],
        }
        return answer(request, body)


def check_names(params, known: tuple[str, ...]) -> None:
    unknown = [name for name in params if name not in known]
    if unknown:
        sentence = f"Paramètre inconnu : {unknown[0][:40]}. Les paramètres sont : {', '.join(known)}."
        raise BadRequest({unknown[0][:40]: [sentence]})


def whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise BadRequest({name: [f"« {name} » est un nombre entier, en chiffres, sans signe."]})
    return int(text)


def covering(position: int, present: int) -> int:
    """The size of the latest checkpoint when it covers the entry, else the present one."""
    last = checkpoints.latest()
    return last.size if last and position < last.size <= present else present


def entry_proof(entry: JournalEntry, size: int) -> dict:
    return {
        "position": entry.position,
        "leaf": entry.leaf,
        "leaf_hash": encoded(bytes(entry.leaf_hash)),
        "size": size,
        "root": encoded(tree.root(size)),
        "inclusion_proof": [encoded(found) for found in tree.inclusion_proof(entry.position, size)],
        "checkpoint": Checkpoint.objects.filter(size=size).values_list("text", flat=True).first(),
    }
