"""Measures how fast certificates are signed and printed, beside bare WeasyPrint of the same page.

Genesis runs as an installation does: a Celery worker on a Redis, each task takes its row,
signs the credential, lets another program look at it, draws the QR, and prints PDF/A-3 with
the credential inside. The floor prints the finished page in a process of its own, with all
kept that can be kept, and no variant of PDF. One worker process prints all of the first
batch, which shows what it keeps in memory; two print the second. What carries over is the
ratio; the floor stands in the table twice, so that what differs less than its two lines is
noise. Nothing here passes or fails: people read it.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psutil

from genesis import embedded

BASE_DIR = embedded.BASE_DIR
WARM_UP = 20  # documents at the begin of each run that count for nothing
EARLY, MEGABYTE = 100, 1024 * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one", type=int, default=500, help="printed by one process")
    parser.add_argument("--two", type=int, default=200, help="printed by two processes")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        print_bare(options.bare, options.two)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends it ends its servers
    folder = Path(tempfile.mkdtemp(prefix="genesis-bench-"))
    try:
        with redis_in(folder) as broker:
            os.environ |= embedded.demo_environment(folder / "var") | {"REDIS_URL": broker}
            server = embedded.start(folder / "postgres", throwaway=True)
            os.environ["DATABASE_URL"] = server.url()
            try:
                results = measure(folder, options)
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(results)


@contextmanager
def redis_in(folder):
    """A Redis of this run alone, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is missing: scripts/setup test installs it")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    redis = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        redis.terminate()
        redis.wait(10)


def measure(folder, options):
    """Print by turns, and return documents per minute and memory of each run."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "genesis.settings"
    import django  # noqa: PLC0415  (only when the database is there)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    ids = write_certificates(options.one + options.two)
    page = folder / "page.html"
    page.write_text(page_of(ids[0]), encoding="utf-8")
    return {
        "floor": bare_rate(page, options.two, processes=1),
        "genesis": worker_rate(ids[: options.one], processes=1),
        "floor again": bare_rate(page, options.two, processes=1),
        "floor, two": bare_rate(page, options.two, processes=2),
        "genesis, two": worker_rate(ids[options.one :], processes=2),
    }


def write_certificates(count):
    """Write so many certificates that wait to be printed, each of an assessment of its own."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.choices import OrganizationKind  # noqa: PLC0415
    from accounts.models import Organization, User  # noqa: PLC0415
    from benchmarks import fill  # noqa: PLC0415
    from beneficiaries.models import District, Person  # noqa: PLC0415
    from certification.actions.standards import load_standard  # noqa: PLC0415
    from certification.models import (  # noqa: PLC0415
        Assessment,
        Centre,
        Certificate,
        CertifyingBody,
        StatusList,
    )
    from genesis.lib.codes import folio, short_code  # noqa: PLC0415

    fill.fill(count)
    call_command("make_signing_key", verbosity=0)
    version = load_standard((BASE_DIR / "data" / "standards" / "CON-002.yaml").read_bytes())
    standard, today = version.standard, timezone.localdate()
    office = Organization.objects.create(
        code="bench",
        name="Centro de medición",
        kinds=[OrganizationKind.EVALUATION_CENTRE, OrganizationKind.CERTIFYING_BODY],
    )
    body = CertifyingBody.objects.create(
        organization=office,
        printed_name="Instituto de Medición",
        folio_prefix="ME",
        valid_from=date(2020, 1, 1),
    )
    centre = Centre.objects.create(
        organization=office, code="CE-ME-01", district=District.objects.first()
    )
    by, evaluator, verifier, officer = (
        User.objects.create_user(f"bench-{name}@demo.test", None, first_name="B", last_name=name)
        for name in ("by", "evaluator", "verifier", "officer")
    )
    people = list(Person.objects.select_related("district").order_by("pk")[:count])
    assessments = Assessment.objects.bulk_create(
        Assessment(
            reference=f"PC-2000-{place:06}",
            person=person,
            standard=standard,
            standard_version=version,
            state="certified",
            enrolled_by=by,
            centre=centre,
            scheduled_for=today,
            evaluator=evaluator,
            verifier=verifier,
            officer=officer,
            decided_at=timezone.now(),
        )
        for place, person in enumerate(people)
    )
    units = [
        {
            "code": unit.code,
            "title": unit.title,
            "elements": list(unit.elements.order_by("position").values_list("title", flat=True)),
        }
        for unit in version.units.order_by("position")
    ]
    status_list = StatusList.objects.create(number=1)
    made = Certificate.objects.bulk_create(
        Certificate(
            assessment=assessment,
            folio=folio("ME", today.year, standard.code, place),
            year=today.year,
            standard=standard,
            sequence=place,
            code=short_code(),
            body=body,
            body_name=body.printed_name,
            issued_on=today,
            holder_name=assessment.person.display_name,
            holder_initials=assessment.person.initials,
            holder_document="017",
            officer_name=str(officer),
            standard_code=standard.code,
            standard_title=version.title,
            standard_version=version.number,
            level=version.level,
            units=units,
            license_note=standard.license_note,
            centre_code=centre.code,
            place="Soyapango, San Salvador",
            assessed_on=today,
            department_id=assessment.person.district.department_id,
            status=assessment.person.status,
            sector=standard.sector,
            status_list=status_list,
            status_index=place,
        )
        for place, assessment in enumerate(assessments, start=1)
    )
    return [each.pk for each in made]


def page_of(certificate_id):
    """The finished page of a certificate, as it is handed to WeasyPrint."""
    from certification.documents import printed  # noqa: PLC0415
    from certification.models import Certificate  # noqa: PLC0415

    return printed.certificate_html(Certificate.objects.get(pk=certificate_id))


def print_bare(page, count):
    """Print a finished page so often, in this process; say the moment after each."""
    from genesis.lib.pdf import write_pdf  # noqa: PLC0415

    text = page.read_text(encoding="utf-8")
    moments = []
    for _document in range(count):
        write_pdf(text)
        moments.append(time.time())
    print(json.dumps(moments))


def bare_rate(page, count, *, processes):
    """Documents per minute of so many processes that print the finished page."""
    command = [sys.executable, "-m", "benchmarks.certificates", "--bare", str(page)]
    command += ["--two", str(count // processes)]
    running = [
        subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE)  # noqa: S603
        for _process in range(processes)
    ]
    told = [json.loads(each.communicate()[0]) for each in running]
    return {"rate": sum(rate(moments) for moments in told)}


def rate(moments):
    """Documents per minute after the warm-up."""
    moments = sorted(moments)[WARM_UP:]
    return 60 * (len(moments) - 1) / (moments[-1] - moments[0])


def worker_rate(ids, *, processes):
    """Documents per minute of a worker, and the memory of its processes early and at the end."""
    from celery import current_app  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from certification.models import Certificate  # noqa: PLC0415

    done = Certificate.objects.filter(pk__in=ids).exclude(rendered_at=None)
    command = [sys.executable, "-m", "celery", "--app", "genesis", "worker"]
    command += ["--queues", "signing", "--concurrency", str(processes)]
    command += ["--without-gossip", "--without-mingle", "--max-tasks-per-child", "100000"]
    worker = subprocess.Popen(  # noqa: S603
        command, cwd=BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    early = None
    try:
        for each in ids:
            name = "certification.tasks.render_certificate"
            current_app.send_task(name, kwargs={"certificate_id": each})
        while (count := done.count()) < len(ids):
            if worker.poll() is not None:
                raise SystemExit("the worker ended")
            if early is None and count >= EARLY * processes:
                early = memory_of(worker)
            time.sleep(0.2)
        late = memory_of(worker)
    finally:
        worker.terminate()
        worker.wait(30)
    moments = [each.timestamp() for each in done.values_list("rendered_at", flat=True)]
    connection.close()
    return {"rate": rate(moments), "early": early, "late": late}


def memory_of(worker):
    """The megabytes of each process of a worker that prints."""
    children = psutil.Process(worker.pid).children()
    return [round(each.memory_info().rss / MEGABYTE, 1) for each in children]


def report(results):
    """Print a table with ratios to the floor of as many processes."""
    print("documents per minute; ratio = genesis / floor of as many processes")
    for name, each in results.items():
        floor = results["floor, two" if name.endswith("two") else "floor"]["rate"]
        line = f"{name:>14}{each['rate']:>9.0f}{each['rate'] / floor:>8.2f}"
        if "late" in each:
            line += f"   MB after {EARLY}: {each['early']}, at the end: {each['late']}"
        print(line)
    one, two = results["genesis"]["rate"], results["genesis, two"]["rate"]
    print(f"two processes print {two / one:.2f} times as many as one")
    if results["genesis"]["early"]:
        growth = statistics.mean(results["genesis"]["late"])
        growth = growth / statistics.mean(results["genesis"]["early"]) - 1
        print(f"memory of the one process grew by {growth:.1%}")


if __name__ == "__main__":
    main()
