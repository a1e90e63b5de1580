"""Whole portals, as `make run` starts them: `make test` runs the first of these, `make faults` all."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alliance.running.prepare import TOP
from tests.running.whole_portal import Running, portal


def _may_run(user: str) -> bool:
    try:
        return subprocess.run([sys.executable, "-c", "import alliance"], user=user, cwd=TOP).returncode == 0
    except PermissionError:
        return False


@pytest.fixture(scope="module")
def first_start(tmp_path_factory):
    """The state folder of a portal that was set up, asked for a page, and ended by TERM."""
    folder = tmp_path_factory.mktemp("un état – très long, avec des espaces et des accents, malgré les sockets") / "var"
    with portal(folder) as running:
        running.until_all_run()
        assert running.answers("/")
        running.process.send_signal(signal.SIGTERM)
        assert running.until_gone() == {}
        assert running.process.returncode == 0
    return folder


@pytest.fixture
def folder(first_start, tmp_path):
    """A copy of it, below another awkward name."""
    copy = tmp_path / "l’état d’à côté" / "var"
    copy.parent.mkdir()
    subprocess.run(["cp", "-a", first_start, copy], check=True)
    return copy


def test_starts_from_an_awkward_folder_ends_on_term_and_starts_again_without_a_set_up(first_start):
    """How fast is a matter of `make bench`."""
    with portal(first_start) as second:
        assert second.answers("/readyz")
        assert "set-up" not in second.output.read_text()


@pytest.mark.faults
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_leaves_no_process_however_the_supervisor_ends(folder, sent):
    with portal(folder) as running:
        running.until_all_run()
        assert len(running.processes()) > 15
        running.process.send_signal(sent)
        assert running.until_gone() == {}


@pytest.mark.faults
def test_leaves_no_process_when_make_itself_is_killed(folder):
    with portal(folder, command=["make", "run"]) as running:
        running.until_all_run()
        running.process.kill()
        assert running.until_gone() == {}


@pytest.mark.faults
def test_starts_again_right_after_it_was_killed(folder):
    with portal(folder) as running:
        running.until_all_run()
        running.process.kill()
        running.process.wait()
        with portal(folder) as again:
            assert again.answers("/readyz")


@pytest.mark.faults
def test_a_second_start_on_the_same_folder_is_a_sentence(folder):
    with portal(folder) as running:
        environment = os.environ | {"DATA_DIR": str(folder), "PORT": str(running.port)}
        refused = subprocess.run(
            [sys.executable, "-m", "alliance.running"], cwd=TOP, env=environment, capture_output=True, text=True
        )
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"Another portal already uses {folder}")


@pytest.mark.faults
def test_two_portals_run_side_by_side(folder):
    subprocess.run(["cp", "-a", folder, folder.with_name("autre")], check=True)
    with portal(folder) as one, portal(folder.with_name("autre")) as other:
        assert one.answers("/")
        assert other.answers("/")
        one.process.terminate()
        assert one.until_gone() == {}
        assert other.answers("/readyz")


@pytest.mark.faults
def test_a_program_that_is_killed_comes_back(folder):
    with portal(folder) as running:
        running.until_all_run()
        for part in ("postgres -D", "valkey-server", "granian", "celery", "relay_outbox", "demo_mail"):
            kill_and_wait_for_another(running, part)
            assert running.answers("/readyz"), part
        running.process.terminate()
        assert running.until_gone() == {}


def kill_and_wait_for_another(running: Running, part: str) -> None:
    killed = min(pid for pid, line in running.processes().items() if part in line)
    os.kill(killed, signal.SIGKILL)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        others = [pid for pid, line in running.processes().items() if part in line and pid != killed]
        if others and running.answers("/readyz"):
            return
        time.sleep(0.1)
    raise AssertionError(f"{part} did not come back: {running.output.read_text()}")


@pytest.mark.faults
@pytest.mark.skipif(not _may_run("nobody"), reason="only root may become nobody, who must be able to read our Python")
def test_runs_as_an_ordinary_user():
    home = Path("/var/tmp") / f"alliance-ordinary-{os.getpid()}"
    nobody = pwd.getpwnam("nobody")
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    try:
        with portal(home / "var", user="nobody") as running:
            running.until_all_run()
            assert running.answers("/")
            owners = {Path(f"/proc/{pid}").stat().st_uid for pid in running.processes()}
            assert owners == {nobody.pw_uid}
            running.process.kill()
            assert running.until_gone() == {}
    finally:
        shutil.rmtree(home)
        home.with_name(home.name + ".log").unlink(missing_ok=True)
