"""Measures how fast certificates are signed and printed, beside bare WeasyPrint of the same page.

Genesis runs as an installation does: a Celery worker on a Redis, each task takes its row,
signs the credential, lets another program look at it, draws the QR, and prints PDF/A-3 with
the credential inside. The floor prints the finished page in a process of its own, with all
kept that can be kept, and no variant of PDF. Both stay alive and print by turns, a few
documents each, because a machine changes its speed from minute to minute: each turn of
Genesis is divided by the floor's turns before and after it, and the middle of those ratios
counts. The floor's own turns, divided the same way, say what is noise. Nothing here passes
or fails: people read it.
"""

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import psutil

from genesis import embedded

BASE_DIR = embedded.BASE_DIR
EARLY, MEGABYTE = 100, 1024 * 1024  # documents of a process after which its memory counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=10, help="of each, with one process")
    parser.add_argument("--two", type=int, default=4, help="turns of each, with two processes")
    parser.add_argument("--each", type=int, default=50, help="documents of a process in a turn")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        print_bare(options.bare)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends it ends its servers
    folder = Path(tempfile.mkdtemp(prefix="genesis-bench-"))
    try:
        with redis_in(folder) as broker:
            os.environ |= embedded.demo_environment(folder / "var") | {"REDIS_URL": broker}
            server = embedded.start(folder / "postgres", throwaway=True)
            os.environ["DATABASE_URL"] = server.url()
            try:
                measure(folder, options)
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
    """Print by turns with one process of each, then with two; say the rates."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "genesis.settings"
    import django  # noqa: PLC0415  (only when the database is there)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import certificate_rows  # noqa: PLC0415
    from certification.documents import printed  # noqa: PLC0415
    from certification.models import Certificate  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    count = options.each * (options.turns + 1 + 2 * (options.two + 1))
    ids = certificate_rows.write(count)
    page = folder / "page.html"
    html = printed.certificate_html(Certificate.objects.get(pk=ids[0]))
    page.write_text(html, encoding="utf-8")
    print("documents per minute; ratio = Genesis / floor of as many processes")
    one = by_turns(page, ids, options.each, turns=options.turns, processes=1)
    two = by_turns(page, ids, options.each, turns=options.two, processes=2)
    print(f"two processes print {two / one:.2f} times as many as one")


def by_turns(page, ids, each, *, turns, processes):
    """Print so many turns of each in alternation, after one of both that counts for nothing.

    Returns the documents per minute that Genesis printed in its middle turn.
    """
    count = each * processes
    with ExitStack() as stack:
        floors = [stack.enter_context(Bare(page)) for _process in range(processes)]
        worker = stack.enter_context(Worker(processes))
        bare_rate(floors, each)
        worker.rate([ids.pop() for _document in range(count)])
        bare, ours, early = [bare_rate(floors, each)], [], None
        for turn in range(turns):
            ours.append(worker.rate([ids.pop() for _document in range(count)]))
            bare.append(bare_rate(floors, each))
            if early is None and (turn + 2) * each >= EARLY:
                early = worker.memory()
        report(bare, ours, processes)
        print(f"{'memory':>12}: {early} MB after {EARLY} documents, {worker.memory()} at the end")
    return statistics.median(ours)


class Bare:
    """A process that prints the finished page as often as it is told to."""

    def __init__(self, page):
        command = [sys.executable, "-m", "benchmarks.certificates", "--bare", str(page)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=BASE_DIR, **pipes)  # noqa: S603

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.communicate()

    def begin(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()

    def seconds(self):
        """How long it printed, when it has ended."""
        return float(self.process.stdout.readline())


def print_bare(page):
    """Print a finished page as often as each line asks for, in this process; say the seconds."""
    from genesis.lib.pdf import write_pdf  # noqa: PLC0415

    text = page.read_text(encoding="utf-8")
    for line in sys.stdin:
        begin = time.perf_counter()
        for _document in range(int(line)):
            write_pdf(text)
        print(time.perf_counter() - begin, flush=True)


def bare_rate(floors, count):
    """Documents per minute of the processes of the floor, all at once."""
    for each in floors:
        each.begin(count)
    return sum(60 * count / each.seconds() for each in floors)


class Worker:
    """A Celery worker for the queue that signs, as an installation runs it."""

    def __init__(self, processes):
        command = [sys.executable, "-m", "celery", "--app", "genesis", "worker"]
        command += ["--queues", "signing", "--concurrency", str(processes)]
        command += ["--without-gossip", "--without-mingle", "--max-tasks-per-child", "100000"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=BASE_DIR, **quiet)  # noqa: S603

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.terminate()
        self.process.wait(30)

    def rate(self, ids):
        """Documents per minute from the first that is done to the last."""
        from celery import current_app  # noqa: PLC0415

        from certification.models import Certificate  # noqa: PLC0415

        for each in ids:
            name = "certification.tasks.render_certificate"
            current_app.send_task(name, kwargs={"certificate_id": each})
        done = Certificate.objects.filter(pk__in=ids).exclude(rendered_at=None)
        while done.count() < len(ids):
            if self.process.poll() is not None:
                raise SystemExit("the worker ended")
            time.sleep(0.2)
        moments = done.order_by("rendered_at").values_list("rendered_at", flat=True)
        span = moments.last() - moments.first()
        return 60 * (len(ids) - 1) / span.total_seconds()

    def memory(self):
        """The megabytes of each of its processes that prints."""
        children = psutil.Process(self.process.pid).children()
        return [round(each.memory_info().rss / MEGABYTE, 1) for each in children]


def report(bare, ours, processes):
    """The rates with their ratio to the floor around them, and the floor's own as the noise."""
    around = [statistics.mean(pair) for pair in pairwise(bare)]
    noise = [
        middle / statistics.mean(pair)
        for middle, pair in zip(bare[1:-1], zip(bare, bare[2:], strict=False), strict=True)
    ]
    print(f"{processes} process{'es' * (processes > 1)}")
    print(line("floor", bare, noise))
    ratios = [rate / floor for rate, floor in zip(ours, around, strict=True)]
    print(line("genesis", ours, ratios))


def line(name, rates, ratios):
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    return f"{name:>12}: {statistics.median(rates):5.0f}   {middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
