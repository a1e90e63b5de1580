"""The house's conventions, where a machine can hold them. See house rules in CONTRIBUTING.md."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

TOP = Path(__file__).parents[1]
SOURCES = ("alliance", "partners", "charter", "events", "tests")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "managers", "handler", "handlers", "info", "process"}
OVERRIDES = ("admin", "django", "account", "mfa", "allauth", "registration", "rest_framework", "drf_spectacular")
LINES_OF_FILE, LINES_OF_FUNCTION, LINES_OF_PAGE, LINES_OF_PARTIAL = 300, 45, 120, 40
VERIFIER = "charter/verifier/verifier_alliance.py"  # one file, by its nature; whatever it is given, it answers
STRAIGHT_APOSTROPHE = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|aujourd)'[a-zàâéèêëîïôùûœ]", re.IGNORECASE)


def python_files(*, tests: bool = True) -> list[Path]:
    found = [path for folder in SOURCES for path in (TOP / folder).rglob("*.py") if tests or folder != "tests"]
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted(path for path in (TOP / "templates").rglob("*.html") if path.relative_to(TOP).parts[1] != "mail")


def short(path: Path) -> str:
    return str(path.relative_to(TOP))


@cache
def all_nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in all_nodes(path) if isinstance(node, kinds))


def places(paths: list[Path], found) -> list[str]:
    """« file:line » for each node that ``found(path)`` yields."""
    return [f"{short(path)}:{node.lineno}" for path in paths for node in found(path)]


def test_files_are_short():
    long = {short(path): lines for path in python_files() if (lines := count(path)) > LINES_OF_FILE}
    long.pop("alliance/settings.py", None)  # every setting stands in one file, however many there are
    assert long.pop(VERIFIER, 0) <= 400
    assert long == {}


def count(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_functions_are_short():
    def long(path):
        functions = nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        return (node for node in functions if node.end_lineno - node.lineno + 1 > LINES_OF_FUNCTION)

    assert places([path for path in python_files() if short(path) != VERIFIER], long) == []


def test_no_module_has_a_name_that_says_nothing():
    assert [short(path) for path in python_files() if {path.stem, path.parent.name} & FORBIDDEN_NAMES] == []


def test_nothing_catches_everything():
    def wide(path):
        for node in nodes(path, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(one is None or ast.unparse(one) in ("Exception", "BaseException") for one in caught):
                yield node

    assert [place for place in places(python_files(), wide) if not place.startswith(VERIFIER)] == []


def test_no_serializer_or_form_shows_all_fields():
    def everything(path):
        for node in nodes(path, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if "fields" in names and isinstance(node.value, ast.Constant) and node.value.value == "__all__":
                yield node

    assert places(python_files(), everything) == []


def test_pages_are_functions():
    def classes(path):
        bases = (node for node in nodes(path, ast.ClassDef) if any(ast.unparse(b).endswith("View") for b in node.bases))
        return bases if "views" in path.parts or path.stem == "views" else ()

    assert places(python_files(tests=False), classes) == []


def test_no_model_hides_a_rule_in_save():
    def saves(path):
        return (
            node for node in nodes(path, ast.FunctionDef) if "models" in short(path) and node.name in ("save", "delete")
        )

    assert places(python_files(tests=False), saves) == []


def test_work_is_owed_to_the_outbox_and_never_thrown_at_the_broker():
    def thrown(path):
        calls = (node for node in nodes(path, ast.Attribute) if node.attr in ("delay", "apply_async", "send_task"))
        return () if "outbox" in path.parts else calls

    assert places(python_files(tests=False), thrown) == []


def test_french_is_written_with_its_own_apostrophe():
    def straight(path):
        docs = {id(node.value) for node in nodes(path, ast.Expr)}
        return (
            node
            for node in nodes(path, ast.Constant)
            if isinstance(node.value, str) and STRAIGHT_APOSTROPHE.search(node.value) and id(node) not in docs
        )

    assert places(python_files(tests=False), straight) == []
    texts = {short(path): path.read_text("utf-8") for path in (TOP / "templates").rglob("*.*")}
    assert [path for path, text in texts.items() if STRAIGHT_APOSTROPHE.search(without_tags(text))] == []


def without_tags(template: str) -> str:
    """What people read: neither template tags nor comments nor SVG paths."""
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", "", template, flags=re.DOTALL)


def is_partial(path: Path, text: str) -> bool:
    if path.relative_to(TOP).parts[1] in OVERRIDES:
        return False
    return "{% extends" not in text and "<!doctype" not in text.lower()


def test_partials_are_short_and_say_what_they_need():
    wrong = []
    for path in templates():
        text = path.read_text("utf-8")
        if is_partial(path, text) and (not text.startswith("{# needs: ") or count(path) > LINES_OF_PARTIAL):
            wrong.append(short(path))
    assert wrong == []


def test_pages_are_short():
    assert [short(path) for path in templates() if count(path) > LINES_OF_PAGE] == []


INLINE = {
    "style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE),
    "event": re.compile(r"<[^>]*\son[a-z]+\s*=|javascript:|\bhx-on\b", re.IGNORECASE),
}


@pytest.mark.parametrize("kind", INLINE)
def test_nothing_is_inline_in_templates(kind):
    comments = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)
    texts = {short(path): comments.sub("", path.read_text("utf-8")) for path in templates()}
    assert [path for path, text in texts.items() if INLINE[kind].search(text)] == []


def test_nothing_is_loaded_from_elsewhere():
    foreign = re.compile(r"""\ssrc(?:set)?\s*=\s*["']?(?:https?:)?//|<link\b[^>]*\shref\s*=\s*["']?(?:https?:)?//""")
    assert [short(path) for path in templates() if foreign.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("style", '<p style="x">'),
        ("script", "<script>1</script>"),
        ("event", '<a onclick="x()">'),
        ("event", "<a hx-on=x>"),
    ],
)
def test_control_what_is_inline_is_seen(kind, text):
    assert INLINE[kind].search(text)


def test_migrations_are_numbered_once_and_in_order():
    for app in (TOP / "alliance").iterdir(), (TOP / name for name in ("partners", "charter", "events")):
        for folder in app:
            numbers = [path.name[:4] for path in sorted((folder / "migrations").glob("[0-9]*.py"))]
            assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)], folder.name


def test_migrations_can_be_undone():
    """Each piece of SQL and each function has its way back."""
    ways = {"RunSQL": "reverse_sql", "RunPython": "reverse_code"}

    def one_way(path):
        for node in nodes(path, ast.Call):
            name = getattr(node.func, "attr", "")
            if name in ways and len(node.args) < 2 and ways[name] not in {word.arg for word in node.keywords}:
                yield node

    assert places(sorted(TOP.glob("*/migrations/*.py")) + sorted(TOP.glob("*/*/migrations/*.py")), one_way) == []


@pytest.mark.django_db
def test_models_and_migrations_agree():
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected\n"


def test_nothing_is_left_to_do_later():
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    paths = [*python_files(), *(TOP / "templates").rglob("*.*")]
    assert [short(path) for path in paths if marks.search(path.read_text("utf-8"))] == []


def test_each_reason_to_refuse_is_tried_by_a_test():
    """Every ``code`` of a Conflict stands, between quotes, in a test."""
    refusals = (node for path in python_files(tests=False) for node in nodes(path, ast.Call))
    codes = {
        word.value.value
        for node in refusals
        if ast.unparse(node.func).split(".")[-1] in ("Conflict", "conflict_on")
        for word in node.keywords
        if word.arg == "code" and isinstance(word.value, ast.Constant)
    }
    tried = "".join(path.read_text("utf-8") for path in (TOP / "tests").rglob("test_*.py"))
    assert sorted(code for code in codes if f'"{code}"' not in tried) == []
