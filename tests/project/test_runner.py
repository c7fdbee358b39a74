"""`make demo` with real programs: it answers, survives being killed, and leaves no process."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import psutil
import pytest
from django.conf import settings

from demo import run
from genesis import embedded

PATIENCE = 60


@pytest.fixture
def var(tmp_path_factory):
    """A data folder in which the demo's people count as loaded; nothing of it outlives the test."""
    var = tmp_path_factory.mktemp("demo")
    (var / "demo-loaded").touch()
    yield var
    kill_everything(var)
    embedded.remove(var)


@pytest.fixture
def port():
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return each.getsockname()[1]


@pytest.fixture
def start(var, port):
    """Start the runner as the make recipe does, from a shell set up for something else."""
    environment = {
        "PATH": os.environ["PATH"],
        "GENESIS_VAR": str(var),
        "PORT": str(port),
        "DATABASE_URL": "postgresql://localhost/somebody_elses",
        "REDIS_URL": "redis://localhost:1/0",
    }
    with ExitStack() as runners:

        def start(*arguments):
            runner = subprocess.Popen(
                [sys.executable, "-m", "demo.run", *arguments],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            runners.enter_context(runner)
            runners.callback(runner.kill)
            return runner

        yield start


def read_until(runner, wanted):
    """Return what the runner writes up to the line that has `wanted` in it."""
    lines = []
    for line in runner.stdout:
        lines.append(line)
        if wanted in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def processes(var):
    """Every process that belongs to the demo in `var`, PostgreSQL's among them."""
    folder = str(embedded.folder_of_postgres(var))
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("GENESIS_VAR") == str(var)
            if mine or folder in process.cmdline():
                found += [process, *process.children(recursive=True)]
        except psutil.Error:
            continue
    return set(found)


def kill_everything(var):
    left = processes(var)
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(left, timeout=10)


def get(port, path):
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()


def line_with(text, wanted):
    return next(line for line in text.splitlines() if wanted in line)


def test_it_answers_survives_kill_9_and_leaves_nothing_behind(start, var, port):
    first = start()
    told = read_until(first, "Ctrl-C")
    assert "takes no notice of DATABASE_URL" in told
    assert told.count(f"http://localhost:{port}/") == 1
    assert get(port, "/salud/") == (200, b"ok")
    assert get(port, "/listo/") == (200, b'{"missing": []}')
    second = start()
    assert second.wait(PATIENCE) == 1
    assert "A demo is running in" in second.stdout.read()

    kill_everything(var)
    (var / "broker" / "messages" / "1_half.celery.msg").write_text('{"body": ')
    (var / "beat-schedule").write_bytes(b"half a file")
    again = start()
    told_again = read_until(again, "Ctrl-C")
    password = "Password of all of them"
    assert line_with(told_again, password) == line_with(told, password)
    assert "Static files" not in told_again
    assert get(port, "/listo/")[0] == 200

    again.send_signal(signal.SIGTERM)
    assert again.wait(PATIENCE) == 0
    assert again.stdout.read().endswith("Everything has stopped.\n")
    assert processes(var) == set()


def test_a_signal_during_the_start_leaves_nothing_behind(start, var):
    runner = start()
    read_until(runner, "PostgreSQL …")

    runner.send_signal(signal.SIGINT)

    assert runner.wait(PATIENCE) == 0
    assert processes(var) == set()


def test_a_program_that_dies_takes_the_others_with_it(var, port, capsys):
    """What the runner looks at while it waits, on programs that end at once."""
    demo = run.Demo(var, port)
    embedded.demo_environment(var)
    demo._start("beat", "--no-such-option")
    demo._start("web", "--bind", "127.0.0.1:0", DATABASE_URL="postgresql:///x", SECRET_KEY="x")
    demo.running["beat"].wait(PATIENCE)
    try:
        with pytest.raises(run.Failed, match=r"The beat program ended by itself \(exit 2\)"):
            demo._watch()
    finally:
        demo.stop()
    assert processes(var) == set()
