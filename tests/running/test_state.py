import base64
import os
import subprocess
import sys

import pytest

from alliance.running.programs import listening_socket
from alliance.running.state import CannotRun, journal_key, lock, secret_key, state_folder
from alliance.running.supervisor import free_port


def test_the_state_folder_is_made_for_its_owner_alone(tmp_path):
    folder = state_folder(str(tmp_path / "un état" / "var"))
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotRun, match="cannot be written"):
        state_folder(str(tmp_path / "file"))


def test_only_one_portal_uses_a_state_folder(tmp_path):
    folder = state_folder(str(tmp_path))
    held = lock(folder)
    assert lock(folder) is None
    os.close(held)
    again = lock(folder)
    assert again is not None
    os.close(again)


def test_a_start_waits_for_the_last_process_of_a_portal_that_was_killed(tmp_path):
    """The lock is inherited: its number is that of a dead supervisor, yet a child still holds it for half a second."""
    code = (
        "import os, subprocess, sys; from pathlib import Path; from alliance.running.state import lock\n"
        "held = lock(Path(sys.argv[1])); subprocess.Popen(['sleep', '0.5'], pass_fds=[held])"
    )
    folder = state_folder(str(tmp_path))
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    held = lock(folder)
    assert held is not None
    os.close(held)


def test_the_secret_key_is_generated_once_and_kept_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key = secret_key(tmp_path)
    assert len(key) >= 64
    assert secret_key(tmp_path) == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("SECRET_KEY", "given")
    assert secret_key(tmp_path) == "given"


def test_the_journal_key_is_an_ed25519_seed_kept_likewise(tmp_path, monkeypatch):
    monkeypatch.delenv("JOURNAL_KEY", raising=False)
    key = journal_key(tmp_path)
    assert len(base64.b64decode(key, validate=True)) == 32
    assert journal_key(tmp_path) == key
    assert (tmp_path / "journal-key").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "journal-key"]
    monkeypatch.setenv("JOURNAL_KEY", "given")
    assert journal_key(tmp_path) == "given"


def test_a_port_that_is_taken_is_a_sentence():
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotRun, match=f"Port {port} is not free"):
            free_port("127.0.0.1", str(port))
    assert free_port("127.0.0.1", str(port)) == port


@pytest.mark.parametrize("given", ["abc", "-1", "70000"])
def test_a_port_that_is_no_number_is_a_sentence(given):
    with pytest.raises(CannotRun, match=f"{given} is not a port number"):
        free_port("127.0.0.1", given)
