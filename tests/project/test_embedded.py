"""The embedded PostgreSQL: joined, left, killed and started again. All with real servers."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from genesis import embedded


@pytest.fixture
def folder():
    """A folder of this run's, whose path is short enough; its server ends with the test."""
    folder = Path(tempfile.mkdtemp(dir=settings.VAR.parent)) / "postgres"
    yield folder
    process = embedded._postmaster(folder)
    if process:
        process.kill()
        process.wait(10)


def postmaster(folder):
    return psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))


def holders(folder):
    return json.loads((folder / ".handle_pids.json").read_text())


def query(server, sql):
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def command(var, *arguments):
    """Run manage.py as a developer does, without DATABASE_URL."""
    environment = {"PATH": os.environ["PATH"], "GENESIS_VAR": str(var)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_text_is_compared_by_code_point_and_letters_are_known(folder):
    server = embedded.start(folder, throwaway=True)

    assert query(server, "SELECT 'Z' < 'a', upper('ñandú')") == (True, "ÑANDÚ")
    assert query(server, "SELECT datcollate, datlocale FROM pg_database WHERE datname = 'genesis'")
    assert server.stop() is True
    assert embedded._postmaster(folder) is None


def test_it_comes_back_with_its_data_after_kill_9(folder):
    server = embedded.start(folder)
    query(server, "CREATE TABLE kept AS SELECT 1 AS one")
    killed = postmaster(folder)
    family = [killed, *killed.children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended with its parent
            process.kill()
    psutil.wait_procs(family, timeout=10)
    assert (folder / "postmaster.pid").exists()

    again = embedded.start(folder)

    assert query(again, "SELECT one FROM kept") == (1,)
    assert again.found is False
    assert again.stop() is True


def test_a_number_that_now_belongs_to_another_program_is_no_server(folder):
    server = embedded.start(folder, throwaway=True)
    lines = (folder / "postmaster.pid").read_text().splitlines()
    assert server.stop() is True
    lines[0] = str(os.getpid())
    (folder / "postmaster.pid").write_text("\n".join(lines))

    again = embedded.start(folder)

    assert query(again, "SELECT 1") == (1,)
    assert postmaster(folder).pid != os.getpid()
    again.stop()


def test_holders_that_died_do_not_keep_it_running(folder):
    server = embedded.start(folder, throwaway=True)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (folder / ".handle_pids.json").write_text(json.dumps([ended.pid, os.getpid()]))

    assert server.stop() is True


def test_a_holder_that_lives_keeps_it_running(folder):
    server = embedded.start(folder, throwaway=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (folder / ".handle_pids.json").write_text(json.dumps([other.pid, os.getpid()]))

        assert server.stop() is False

        assert holders(folder) == [other.pid]
        other.communicate(b"\n")
    assert embedded.start(folder).stop() is True


def test_a_number_given_out_again_is_no_holder(folder):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as later:
        began = psutil.Process(later.pid).create_time()
        assert embedded._was_there(later.pid, began + 1)
        assert not embedded._was_there(later.pid, began - 60)
        later.communicate(b"\n")


def test_a_path_that_the_server_cannot_have_is_refused(tmp_path):
    with pytest.raises(embedded.ServerNotStarted, match="without spaces"):
        embedded.start(tmp_path / "mis datos" / "postgres")


@pytest.fixture
def var(tmp_path_factory):
    var = tmp_path_factory.mktemp("var")
    yield var
    embedded.remove(var)


def test_a_command_starts_it_says_where_and_stops_it(var):
    ended = command(var, "shell", "-c", "print('ran')")

    folder = embedded.folder_of_postgres(var)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "ran"
    assert ended.stderr.startswith(f"PostgreSQL in {folder}, started for this command.\n")
    assert embedded._postmaster(folder) is None


def test_a_command_beside_the_demo_leaves_its_server_alone(var):
    server = embedded.start(embedded.folder_of_postgres(var), throwaway=True)
    try:
        ended = command(var, "shell", "-c", "print('ran')")

        assert ended.stdout.splitlines()[-1] == "ran"
        assert ended.stderr.startswith(f"PostgreSQL in {server.folder}, which is running.\n")
        assert query(server, "SELECT 1") == (1,)
        assert holders(server.folder) == [os.getpid()]
    finally:
        assert server.stop() is True


def test_a_command_that_is_told_to_end_stops_what_it_started(var):
    code = "import signal; print('here', flush=True); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "GENESIS_VAR": str(var)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout.readline() == b"here\n"

        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 128 + signal.SIGTERM
    assert embedded._postmaster(embedded.folder_of_postgres(var)) is None


def test_the_secret_key_is_made_once_for_its_owner(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    var = tmp_path / "var"

    first, second = embedded.demo_environment(var), embedded.demo_environment(var)

    assert first == second
    assert len(first["SECRET_KEY"]) >= 50
    assert stat.S_IMODE((var / "secret.key").stat().st_mode) == 0o600


def test_a_given_secret_key_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert "SECRET_KEY" not in embedded.demo_environment(tmp_path)
    assert not (tmp_path / "secret.key").exists()


def test_removing_leaves_what_others_put_there(tmp_path):
    embedded.demo_environment(tmp_path)
    (tmp_path / "theirs.txt").touch()

    embedded.remove(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == ["theirs.txt"]
