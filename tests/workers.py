"""Workers of Celery as an installation has them: processes of their own, on a real Redis."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import quote

import psutil
import pytest
import redis
from celery import current_app
from django.conf import settings as project
from django.db import connection

WORKER = [
    *("-m", "celery", "-A", "genesis", "worker", "--queues", "celery,signing"),
    *("--without-gossip", "--without-mingle"),
]
PATIENCE = 60  # seconds; a busy machine starts a worker slowly


def wait_until(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A Redis of these tests alone, on a free port of this machine."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: scripts/setup test installs it"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
    folder = tmp_path_factory.mktemp("redis")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                program,
                *(word for name, value in options.items() for word in (f"--{name}", str(value))),
            ],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    client = redis.Redis(port=port)
    try:
        wait_until(lambda: server.poll() is None and answers(client), "Redis answers")
        assert client.info("server")["process_id"] == server.pid
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        client.close()
        server.terminate()
        server.wait(timeout=10)


def answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


@pytest.fixture
def environment(broker, tmp_path, media_root):
    """What a worker reads: this Redis, the database of the tests, and their files."""
    assert media_root == tmp_path / "files"
    database = connection.settings_dict
    access = "&".join(
        f"{name}={quote(str(database[key]))}"
        for name, key in [("host", "HOST"), ("port", "PORT"), ("user", "USER")]
        if database[key]
    )
    secret = f"&password={quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    return os.environ | {
        "REDIS_URL": broker,
        "DATABASE_URL": f"postgresql:///{database['NAME']}?{access}{secret}",
        "GENESIS_VAR": str(tmp_path),
    }


@pytest.fixture
def start_worker(environment, tmp_path):
    """Start a worker in a process group of its own; whatever is left of it ends with the test."""
    started = []

    def start(concurrency=1):
        log = (tmp_path / f"worker-{len(started)}.log").open("wb")
        worker = subprocess.Popen(
            [sys.executable, *WORKER, f"--concurrency={concurrency}"],
            cwd=project.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill_group(worker)
    connection.close()


def kill_group(worker):
    """Kill a worker and its children at once, as a machine does that runs out of memory."""
    children = psutil.Process(worker.pid).children() if worker.poll() is None else []
    if children or worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(timeout=10)
    psutil.wait_procs(children, timeout=10)


@pytest.fixture
def ask_task(broker):
    """Send a task to the broker of these tests."""

    def send(name, **ids):
        with current_app.connection_for_write(broker) as queue:
            current_app.send_task(name, kwargs=ids, connection=queue)

    return send
