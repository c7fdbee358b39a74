"""The printing of a certificate in the background: once, whole, and never in vain."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from threading import Barrier

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from certification.documents import printed
from certification.jobs import render_missing_certificates
from certification.models import Certificate
from certification.tasks import render_certificate
from genesis.lib.background import MAX_ATTEMPTS, PAUSE, WorkState
from tests.factories.certification import CertificateFactory

# WeasyPrint leaves the file of its colour profile to the garbage collector.
pytestmark = pytest.mark.django_db


def files_under(folder):
    return sorted(path.name for path in (folder / "certificates").rglob("*") if path.is_file())


@pytest.fixture
def asked(monkeypatch):
    """The certificates whose printing was asked for, instead of a broker."""
    found = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs: found.append((name, kwargs)))
    return found


def test_printing_keeps_the_file_and_its_digest(media_root):
    certificate = CertificateFactory()

    render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    with certificate.pdf.open() as file:
        content = file.read()
    assert content == printed.certificate_pdf(certificate)
    assert certificate.pdf_sha256 == sha256(content).hexdigest()
    assert certificate.pdf.name == f"certificates/{certificate.public_id}.pdf"
    assert certificate.rendered_at is not None
    assert (certificate.work_state, certificate.attempts) == (WorkState.DONE, 1)
    assert files_under(media_root) == [f"{certificate.public_id}.pdf"]


@pytest.mark.rule("SEC-19")
def test_printing_twice_does_it_once(media_root):
    certificate = CertificateFactory()
    render_certificate(certificate_id=certificate.pk)
    first = Certificate.objects.values().get()
    written = next(media_root.rglob("*.pdf")).stat().st_mtime_ns

    render_certificate(certificate_id=certificate.pk)

    assert Certificate.objects.values().get() == first
    assert next(media_root.rglob("*.pdf")).stat().st_mtime_ns == written


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("SEC-19")
def test_two_workers_at_once_print_once(media_root):
    certificate = CertificateFactory()
    start = Barrier(2)

    def work(_):
        start.wait(timeout=10)
        try:
            render_certificate(certificate_id=certificate.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(work, range(2)))

    certificate.refresh_from_db()
    assert (certificate.work_state, certificate.attempts) == (WorkState.DONE, 1)
    assert files_under(media_root) == [f"{certificate.public_id}.pdf"]


@pytest.mark.rule("SEC-20")
def test_a_full_disk_leaves_no_part_of_a_file(media_root, monkeypatch):
    certificate = CertificateFactory()

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    assert files_under(media_root) == []
    assert (certificate.pdf.name, certificate.pdf_sha256) == ("", "")
    assert (certificate.work_state, certificate.last_error) == (WorkState.WAITING, "OSError")


@pytest.mark.rule("SEC-20")
def test_a_failure_between_file_and_row_is_made_good_by_the_next_attempt(media_root, monkeypatch):
    certificate = CertificateFactory()
    with monkeypatch.context() as patch:
        patch.setattr(Certificate, "save", lambda *args, **kwargs: 1 / 0)
        render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    assert certificate.pdf_sha256 == ""  # the row does not name what it has not kept
    render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    assert (certificate.work_state, certificate.attempts) == (WorkState.DONE, 2)
    assert files_under(media_root) == [f"{certificate.public_id}.pdf"]


def test_what_fails_is_logged_without_its_words(monkeypatch, caplog):
    certificate = CertificateFactory(holder_name="Ana Secreta")

    def fail(certificate):
        raise ValueError(certificate.holder_name)

    monkeypatch.setattr(printed, "certificate_pdf", fail)
    with caplog.at_level(logging.DEBUG):
        render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    assert certificate.last_error == "ValueError"
    assert "ValueError" in caplog.text
    assert "Secreta" not in caplog.text


def test_after_five_failures_it_is_dead(monkeypatch):
    certificate = CertificateFactory()
    monkeypatch.setattr(printed, "certificate_pdf", lambda certificate: 1 / 0)

    for _attempt in range(MAX_ATTEMPTS + 1):
        render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    assert (certificate.work_state, certificate.attempts) == (WorkState.DEAD, MAX_ATTEMPTS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("CERT-15", "SEC-17")
def test_a_late_worker_changes_nothing_of_a_certificate_that_is_printed(media_root, monkeypatch):
    """It was given up as lost, another printed the certificate, and then it went on."""
    certificate = CertificateFactory()
    draw = printed.certificate_pdf
    long_ago = timezone.now() - PAUSE - timedelta(minutes=1)

    def print_meanwhile():
        try:
            Certificate.objects.update(attempted_at=long_ago)
            render_certificate(certificate_id=certificate.pk)
            return Certificate.objects.values().get()
        finally:
            connection.close()

    def draw_late(row):
        monkeypatch.setattr(printed, "certificate_pdf", draw)
        with ThreadPoolExecutor() as pool:
            told.append(pool.submit(print_meanwhile).result(timeout=30))
        return b"other bytes"

    told = []
    monkeypatch.setattr(printed, "certificate_pdf", draw_late)
    render_certificate(certificate_id=certificate.pk)

    assert Certificate.objects.values().get() == told[0]
    assert (told[0]["work_state"], told[0]["attempts"]) == (WorkState.DONE, 2)
    content = next(media_root.rglob("*.pdf")).read_bytes()
    assert sha256(content).hexdigest() == told[0]["pdf_sha256"]


def test_the_clock_asks_for_what_nobody_is_at(asked, django_capture_on_commit_callbacks):
    now = timezone.now()
    states = {
        "waiting": {},
        "lost": {
            "work_state": WorkState.RUNNING,
            "attempts": 1,
            "attempted_at": now - PAUSE - timedelta(seconds=1),
        },
        "in other hands": {"work_state": WorkState.RUNNING, "attempts": 1, "attempted_at": now},
        "just failed": {"attempts": 1, "attempted_at": now},
        "dead": {"work_state": WorkState.DEAD, "attempts": MAX_ATTEMPTS, "attempted_at": now},
    }
    made = {name: CertificateFactory(**values).pk for name, values in states.items()}

    with django_capture_on_commit_callbacks(execute=True):
        render_missing_certificates()

    assert sorted(kwargs["certificate_id"] for _name, kwargs in asked) == [
        made["waiting"],
        made["lost"],
    ]
    assert {name for name, _kwargs in asked} == {"certification.tasks.render_certificate"}
    assert render_certificate.name == "certification.tasks.render_certificate"
