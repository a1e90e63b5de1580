"""What tests/static_files.py spares every client."""

from django.contrib.staticfiles import finders
from django.test import Client


def got(path: str) -> bytes:
    """The whole answer to a client of its own; its file is closed."""
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.getvalue()


def test_each_client_is_given_the_static_files(monkeypatch):
    sheet = got("/static/alliance/css/base.css")
    monkeypatch.setattr(finders, "get_finders", list)  # nobody walks again
    assert got("/static/alliance/css/base.css") == sheet
    assert sheet.startswith(b"/*")


def test_other_settings_are_another_walk(settings, tmp_path):
    assert Client().get("/static/only.css").status_code == 404
    (tmp_path / "only.css").write_text("p {}")
    settings.STATICFILES_DIRS = [tmp_path]
    assert got("/static/only.css") == b"p {}"
    assert Client().get("/static/alliance/css/base.css").status_code == 404
