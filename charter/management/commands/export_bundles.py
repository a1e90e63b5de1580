from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from alliance.lib.errors import Conflict
from alliance.lib.french import count
from alliance.proof import checkpoints, keys
from charter.actions import read_evidence
from charter.bundle import VERIFIER, bundle, file_name, require_ready
from charter.models import Signature
from partners.models import User


class Command(BaseCommand):
    help = (
        "Write the bundles of signatures into a new folder, with the history of keys, a checkpoint and the verifier: "
        "all that is needed to check them without this portal. Each is a reading, noted under the agent's name."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the agent who reads")
        parser.add_argument("--code", action="append", default=[], help="one signature; may be repeated")
        parser.add_argument("--organisation", action="append", default=[], metavar="SLUG", help="may be repeated")

    def handle(self, *, folder, by, code, organisation, **options):
        agent = User.objects.filter(email__iexact=by, is_active=True, is_staff=True).first()
        if agent is None:
            raise CommandError(f"Aucun agent actif n’a l’adresse {by}.")
        signatures = chosen(agent, code, organisation)
        try:
            for signature in signatures:
                require_ready(signature)
            folder.mkdir(mode=0o700)
            self.write(folder, signatures, agent)
        except Conflict as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        except OSError as error:
            raise CommandError(f"{folder} : {error.strerror}") from error
        self.stdout.write(f"{count(len(signatures), 'dossier', 'dossiers')} dans {folder}. Pour les vérifier :")
        self.stdout.write(f"python3 {VERIFIER.name} preuve-*.zip --cles alliance-keys.json")

    def write(self, folder: Path, signatures: list[Signature], agent: User) -> None:
        """All readings are noted first: one checkpoint covers them all, and is that of each bundle."""
        for signature in signatures:
            read_evidence(signature=signature, by=agent, door="bundle")
        checkpoints.sign_checkpoint()
        for signature in signatures:
            (folder / file_name(signature)).write_bytes(bundle(signature))
        (folder / "alliance-keys.json").write_bytes(keys.document())
        (folder / "checkpoint").write_text(checkpoints.latest_text(), "utf-8")
        (folder / VERIFIER.name).write_bytes(VERIFIER.read_bytes())


def chosen(agent: User, codes: list[str], slugs: list[str]) -> list[Signature]:
    """Those that the agent may read, all of them unless some are named. Each name must be one of theirs."""
    signatures = Signature.objects.with_evidence_for(agent).select_related("organisation", "version").order_by("pk")
    if codes:
        signatures = signatures.filter(code__in=codes)
    if slugs:
        signatures = signatures.filter(organisation__slug__in=slugs)
    found = list(signatures)
    missing = set(codes) - {each.code for each in found} | set(slugs) - {each.organisation.slug for each in found}
    if missing or not found:
        names = f" de {', '.join(sorted(missing))}" if missing else ""
        raise CommandError(f"Cet agent ne peut lire aucune signature{names}.")
    return found
