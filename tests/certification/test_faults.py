"""A worker that is killed, a job that runs twice, a job that kills: on a real Redis.

Each worker is a process of its own, as in an installation. A certificate with
some hundred elements takes a few seconds to print: time enough to be killed.
"""

import json
from datetime import timedelta
from hashlib import sha256

import psutil
import pytest
from django.utils import timezone

from certification.models import Certificate
from genesis.lib import proofs
from genesis.lib.background import MAX_ATTEMPTS, PAUSE, WorkState
from tests.factories.certification import CertificateFactory, signing_key
from tests.workers import kill_group, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

RENDER = "certification.tasks.render_certificate"
SWEEP = "certification.jobs.render_missing_certificates"


def long_certificate(elements=450, **values):
    """One that takes seconds to print."""
    unit = {"code": "U1", "title": "Larga", "elements": [f"Elemento {n}" for n in range(elements)]}
    return CertificateFactory(units=[unit], **values)


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
    return sorted(path.name for path in (folder / "certificates").rglob("*") if path.is_file())


def assert_printed_once(certificate, media_root, *, attempts):
    found = row(certificate)
    content = (media_root / "certificates" / f"{certificate.public_id}.pdf").read_bytes()
    assert (found["work_state"], found["attempts"]) == (WorkState.DONE, attempts)
    assert found["pdf_sha256"] == sha256(content).hexdigest()


@pytest.mark.rule("SEC-19", "SEC-20", "CERT-14")
def test_what_a_killed_worker_left_is_finished_once(start_worker, ask_task, media_root):
    key = signing_key()
    certificate = long_certificate(listed=True)
    first = start_worker()
    ask_task(RENDER, certificate_id=certificate.pk)
    wait_until(lambda: is_begun(certificate), "the first worker is at it")

    kill_group(first)

    assert row(certificate) == {"work_state": "running", "attempts": 1, "pdf_sha256": ""}
    assert files_under(media_root) == []
    let_time_pass(certificate)
    start_worker()
    ask_task(SWEEP)
    wait_until(lambda: is_done(certificate), "the second worker has printed it")
    assert_printed_once(certificate, media_root, attempts=2)
    assert files_under(media_root) == [f"{certificate.public_id}.pdf"]
    found = Certificate.objects.get()
    assert found.folio == certificate.folio
    document = json.loads(found.credential)
    assert document["credentialSubject"]["licenseNumber"] == certificate.folio
    assert proofs.is_signed(document, by=proofs.public_key(key.public))


@pytest.mark.rule("SEC-19")
def test_the_same_message_twice_at_once_has_one_effect(start_worker, ask_task, media_root):
    certificate, after = long_certificate(200), CertificateFactory()
    start_worker(concurrency=2)

    for _message in range(3):
        ask_task(RENDER, certificate_id=certificate.pk)
    wait_until(lambda: is_done(certificate), "the certificate is printed")
    ask_task(RENDER, certificate_id=certificate.pk)
    ask_task(RENDER, certificate_id=after.pk)
    wait_until(lambda: is_done(after), "the next one is printed")

    assert_printed_once(certificate, media_root, attempts=1)
    assert_printed_once(after, media_root, attempts=1)
    assert len(files_under(media_root)) == 2


def test_one_that_kills_its_worker_five_times_is_dead_and_others_go_on(
    start_worker, ask_task, media_root
):
    poison, after = long_certificate(), CertificateFactory()
    Certificate.objects.filter(pk=poison.pk).update(attempts=MAX_ATTEMPTS - 1)
    worker = start_worker()
    ask_task(RENDER, certificate_id=poison.pk)
    wait_until(lambda: is_begun(poison), "the worker is at it, for the fifth time")

    [child] = psutil.Process(worker.pid).children()
    child.kill()

    # Its message comes back at once, and finds that nobody may try again.
    ask_task(RENDER, certificate_id=after.pk)
    wait_until(lambda: is_done(after), "the same worker has printed another")
    assert row(poison) == {"work_state": "running", "attempts": MAX_ATTEMPTS, "pdf_sha256": ""}
    let_time_pass(poison)
    ask_task(SWEEP)
    wait_until(lambda: not is_begun(poison), "the clock has looked at it")
    assert row(poison) == {"work_state": "dead", "attempts": MAX_ATTEMPTS, "pdf_sha256": ""}
    assert worker.poll() is None
    assert files_under(media_root) == [f"{after.public_id}.pdf"]
