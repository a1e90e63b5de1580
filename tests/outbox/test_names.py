"""What is owed is known to a worker, and what a worker knows is owed somewhere."""

import ast
from importlib import import_module
from pathlib import Path

from alliance import outbox

TOP = Path(__file__).parents[2]
APPS = ("alliance", "partners", "charter", "events")


OWE = {"outbox.owe", "outbox.owe_each", "owe_letter", "_owe_letter"}


def named_in_calls_of(functions: set[str]) -> set[str]:
    """The names given as text to ``functions``."""
    return {
        node.args[0].value
        for app in APPS
        for path in (TOP / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in functions
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def test_each_name_that_is_owed_has_its_work_and_the_other_way_round():
    for path in TOP.glob("*/tasks.py"):
        import_module(f"{path.parent.name}.tasks")
    registered = {name for name in outbox.WORKS if not name.startswith("tests.")}
    assert named_in_calls_of(OWE) == registered
