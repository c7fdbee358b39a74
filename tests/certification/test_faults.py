"""A worker that is killed, a job that runs twice, a job that kills: on a real Redis.

Each worker is a process of its own, as in an installation. A certificate with
some hundred elements takes a few seconds to print: time enough to be killed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

import psutil
import pytest
import redis
from celery import current_app
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from certification.models import Certificate
from genesis.lib.background import MAX_ATTEMPTS, PAUSE, WorkState
from tests.factories.certification import CertificateFactory

pytestmark = pytest.mark.django_db(transaction=True)

RENDER = "certification.tasks.render_certificate"
SWEEP = "certification.jobs.render_missing_certificates"
WORKER = ["-m", "celery", "-A", "genesis", "worker", "--without-gossip", "--without-mingle"]
PATIENCE = 25  # seconds


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
def ask(broker):
    """Send a task to the broker of these tests."""

    def send(name, **ids):
        with current_app.connection_for_write(broker) as queue:
            current_app.send_task(name, kwargs=ids, connection=queue)

    return send


def long_certificate(elements=450):
    """One that takes seconds to print."""
    unit = {"code": "U1", "title": "Larga", "elements": [f"Elemento {n}" for n in range(elements)]}
    return CertificateFactory(units=[unit])


def row(certificate):
    return Certificate.objects.values("work_state", "attempts", "pdf_sha256").get(pk=certificate.pk)


def is_begun(certificate):
    return row(certificate)["work_state"] == WorkState.RUNNING


def is_done(certificate):
    return row(certificate)["work_state"] == WorkState.DONE


def let_time_pass(certificate):
    """So much that a worker which was at it counts as lost."""
    passed = timezone.now() - PAUSE - timedelta(seconds=1)
    Certificate.objects.filter(pk=certificate.pk).update(attempted_at=passed)


def files_under(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def assert_printed_once(certificate, media_root, *, attempts):
    found = row(certificate)
    content = (media_root / "certificates" / f"{certificate.public_id}.pdf").read_bytes()
    assert (found["work_state"], found["attempts"]) == (WorkState.DONE, attempts)
    assert found["pdf_sha256"] == sha256(content).hexdigest()


@pytest.mark.rule("SEC-19", "SEC-20")
def test_what_a_killed_worker_left_is_finished_once(start_worker, ask, media_root):
    certificate = long_certificate()
    first = start_worker()
    ask(RENDER, certificate_id=certificate.pk)
    wait_until(lambda: is_begun(certificate), "the first worker is at it")

    kill_group(first)

    assert row(certificate) == {"work_state": "running", "attempts": 1, "pdf_sha256": ""}
    assert files_under(media_root) == []
    let_time_pass(certificate)
    start_worker()
    ask(SWEEP)
    wait_until(lambda: is_done(certificate), "the second worker has printed it")
    assert_printed_once(certificate, media_root, attempts=2)
    assert files_under(media_root) == [f"{certificate.public_id}.pdf"]
    assert Certificate.objects.count() == 1


@pytest.mark.rule("SEC-19")
def test_the_same_message_twice_at_once_has_one_effect(start_worker, ask, media_root):
    certificate, after = long_certificate(200), CertificateFactory()
    start_worker(concurrency=2)

    for _message in range(3):
        ask(RENDER, certificate_id=certificate.pk)
    wait_until(lambda: is_done(certificate), "the certificate is printed")
    ask(RENDER, certificate_id=certificate.pk)
    ask(RENDER, certificate_id=after.pk)
    wait_until(lambda: is_done(after), "the next one is printed")

    assert_printed_once(certificate, media_root, attempts=1)
    assert_printed_once(after, media_root, attempts=1)
    assert len(files_under(media_root)) == 2


def test_one_that_kills_its_worker_five_times_is_dead_and_others_go_on(
    start_worker, ask, media_root
):
    poison, after = long_certificate(), CertificateFactory()
    Certificate.objects.filter(pk=poison.pk).update(attempts=MAX_ATTEMPTS - 1)
    worker = start_worker()
    ask(RENDER, certificate_id=poison.pk)
    wait_until(lambda: is_begun(poison), "the worker is at it, for the fifth time")

    [child] = psutil.Process(worker.pid).children()
    child.kill()

    # Its message comes back at once, and finds that nobody may try again.
    ask(RENDER, certificate_id=after.pk)
    wait_until(lambda: is_done(after), "the same worker has printed another")
    assert row(poison) == {"work_state": "running", "attempts": MAX_ATTEMPTS, "pdf_sha256": ""}
    let_time_pass(poison)
    ask(SWEEP)
    wait_until(lambda: not is_begun(poison), "the clock has looked at it")
    assert row(poison) == {"work_state": "dead", "attempts": MAX_ATTEMPTS, "pdf_sha256": ""}
    assert worker.poll() is None
    assert files_under(media_root) == [f"{after.public_id}.pdf"]
