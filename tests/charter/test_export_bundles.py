"""All that is needed to check signatures elsewhere, in one folder: checked without portal, database nor network."""

import json
import shutil
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from charter.models import EvidenceEvent
from tests import builders
from tests.charter import bundles

pytestmark = pytest.mark.django_db
ALONE = ["unshare", "--user", "--map-root-user", "--net", "--"]


@pytest.fixture(autouse=True)
def journal_key(settings, stored, sealing):
    settings.JOURNAL_KEY = bundles.KEY


@pytest.fixture
def agent():
    return builders.staff(email="agente@test.invalid")


def refusal(*args, **options) -> str:
    with pytest.raises(CommandError) as raised:
        call_command("export_bundles", *args, **options)
    return str(raised.value)


def alone() -> list[str]:
    """What cuts a program off from every network, where the kernel lets us."""
    tried = shutil.which("unshare") and subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode
    return ALONE if tried == 0 else []


def verified(folder, *args: str) -> tuple[int, str]:
    """Code and words of the tool that was exported, without environment, network, or anything of ours to import."""
    names = sorted(path.name for path in folder.glob("preuve-*.zip"))
    command = [*alone(), sys.executable, "-I", "verifier_alliance.py", *names, "--cles", "alliance-keys.json", *args]
    done = subprocess.run(
        command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_folder_holds_all_that_is_needed_and_each_reading_is_noted(tmp_path, agent, capsys):
    first, second = bundles.standing(), bundles.standing()
    folder = tmp_path / "export"
    call_command("export_bundles", folder, by="Agente@test.invalid")
    names = {f"preuve-{first.code}.zip", f"preuve-{second.code}.zip"}
    assert {path.name for path in folder.iterdir()} == names | {
        "alliance-keys.json",
        "checkpoint",
        "verifier_alliance.py",
    }
    assert "2\u00a0dossiers dans" in capsys.readouterr().out
    read = EvidenceEvent.objects.filter(kind="evidence_read").order_by("signature").values_list("signature", "person")
    assert list(read) == [(first.pk, agent.pk), (second.pk, agent.pk)]
    code, words = verified(folder, "--point-de-controle", "checkpoint")
    assert (code, words.count("Signature valide (")) == (0, 2)
    assert words.count(" dans l’arbre que vous gardez") == 2


def test_the_tool_answers_for_people_and_programs_and_never_falls(tmp_path, agent):
    signature, folder = bundles.standing(), tmp_path / "export"
    call_command("export_bundles", folder, by=agent.email, code=[signature.code])
    code, words = verified(folder, "--json")
    (answer,) = json.loads(words)
    assert (code, answer["etat"], answer["code"]) == (0, "valide", 0)
    file = folder / f"preuve-{signature.code}.zip"
    file.write_bytes(file.read_bytes()[:-1])
    code, words = verified(folder)
    assert (code, "Dossier altéré : ne vous y fiez pas." in words) == (2, True)
    assert verified(folder, "--point-de-controle", "nulle-part")[0] == 2


def test_some_are_chosen_by_code_or_organisation(tmp_path, agent):
    first, second = bundles.standing(), bundles.standing()
    call_command("export_bundles", tmp_path / "a", by=agent.email, code=[first.code])
    call_command("export_bundles", tmp_path / "b", by=agent.email, organisation=[second.organisation.slug])
    assert [path.name for path in (tmp_path / "a").glob("*.zip")] == [f"preuve-{first.code}.zip"]
    assert [path.name for path in (tmp_path / "b").glob("*.zip")] == [f"preuve-{second.code}.zip"]


def test_what_it_refuses(tmp_path, agent, settings):
    signature = bundles.standing()
    assert refusal(tmp_path / "x", by="x@test.invalid") == "Aucun agent actif n’a l’adresse x@test.invalid."
    assert refusal(tmp_path / "x", by=signature.signer.email).startswith("Aucun agent actif")
    assert refusal(tmp_path / "x", by=agent.email, code=["RIEN"]) == "Cet agent ne peut lire aucune signature de RIEN."
    assert refusal(tmp_path, by=agent.email).startswith(str(tmp_path))
    settings.JOURNAL_KEY = ""
    assert refusal(tmp_path / "x", by=agent.email) == "Aucune clé du journal n’est donnée (JOURNAL_KEY)."
    assert not (tmp_path / "x").exists()
    assert not EvidenceEvent.objects.filter(kind="evidence_read").exists()


def test_the_tool_is_written_for_python_3_9_and_imports_nothing_of_ours():
    import ast

    from charter.bundle import VERIFIER

    tree = ast.parse(VERIFIER.read_text("utf-8"), feature_version=(3, 9))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    others = {name.split(".")[0] for name in modules} - sys.stdlib_module_names
    assert others == {"asn1crypto", "cryptography"}
    assert not modules & {"socket", "urllib", "http", "ssl", "subprocess", "os"}
