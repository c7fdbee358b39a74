"""Measures list, search, person page and create with 100,000 people, beside a bare Django view.

Both run in one process group each (gunicorn, 2 workers × 4 threads) on the same
database, asked in shuffled order, in rounds after a warm-up. What carries over
is the ratio; the floor stands in the table twice, so that what differs less
than its two lines is noise. Nothing here passes or fails: people read it.
"""

import argparse
import http.client
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psutil

from genesis import embedded

BASE_DIR = embedded.BASE_DIR
WORDS = ["rivas", "portillo", "menjivar", "hernandez", "ayala", "zelaya", "funes", "alas"]
ROUNDS, REQUESTS, WARM_UP = 7, 30, 20
OPERATIONS = ("list", "search", "detail", "create")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends it ends its servers
    var = Path(os.environ.get("GENESIS_VAR") or BASE_DIR / "var").resolve() / "bench"
    os.environ |= embedded.demo_environment(var)
    server = embedded.start(embedded.folder_of_postgres(var))
    os.environ["DATABASE_URL"] = server.url()
    try:
        people = prepare(options.people)
        results = measure(people, options.rounds)
    finally:
        server.stop()
    report(results, options.people, var / "bench-pages.json")


def prepare(count):
    """Fill the database once; return what the requests need."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "genesis.settings"
    import django  # noqa: PLC0415  (only when the database is there)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from benchmarks import fill  # noqa: PLC0415

    return fill.fill(count)


@dataclass
class Target:
    """One server under measurement, and what it answered."""

    name: str
    application: str
    cookies: str
    csrf: str
    country: int
    port: int = 0
    process: subprocess.Popen | None = None
    walls: dict = field(default_factory=dict)
    cpus: dict = field(default_factory=dict)

    def cpu(self):
        """Seconds of processor that its workers have used."""
        workers = psutil.Process(self.process.pid).children(recursive=True)
        return sum(each.cpu_times().user + each.cpu_times().system for each in workers)


@contextmanager
def serving(target):
    """Run a target under gunicorn on a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        target.port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", target.application]
    command += ["--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{target.port}"]
    command += ["--log-level", "warning"]
    target.process = subprocess.Popen(command, cwd=BASE_DIR, start_new_session=True)  # noqa: S603
    try:
        wait_for(target.port)
        yield target
    finally:
        os.killpg(target.process.pid, signal.SIGTERM)
        target.process.wait(20)


def wait_for(port):
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


class Client:
    """One browser that keeps its connection, and checks every answer."""

    def __init__(self, target):
        self.target = target
        self.connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)

    def ask(self, operation, people, chance):
        method, address, body = self.request(operation, people, chance)
        headers = {"Cookie": self.target.cookies, "Host": "localhost"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, address, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        took = time.perf_counter() - began
        expected = 302 if operation == "create" else 200
        if response.status != expected:
            raise SystemExit(f"{self.target.name} {operation}: {response.status} {content[:500]}")
        if (
            operation in {"list", "search"}
            and content.count(b"</tr>") + content.count(b"</li>") < 25
        ):
            raise SystemExit(f"{self.target.name} {operation}: too few rows")
        return took

    def request(self, operation, people, chance):
        person = chance.choice(people)
        bare = self.target.name.startswith("floor")
        if operation == "list":
            return "GET", "/list" if bare else "/personas/", None
        if operation == "search":
            word = urlencode({"q": chance.choice(WORDS)})
            return "GET", f"/search?{word}" if bare else f"/buscar/?{word}", None
        if operation == "detail":
            return "GET", f"/{person}" if bare else f"/personas/{person}/", None
        return self.create(person, bare)

    def create(self, person, bare):
        """One job added to a file: the form's own key makes it one record."""
        answers = {
            "position": "Albañilería",
            "sector": "construction",
            "country": self.target.country,
            "employer": "",
            "duties": "",
            "key": str(uuid4()),
            "csrfmiddlewaretoken": self.target.csrf,
        }
        answers |= {"started_day": "", "started_month": "", "started_year": "2020"}
        answers |= dict.fromkeys(("ended_day", "ended_month", "ended_year"), "")
        address = f"/create/{person}" if bare else f"/personas/{person}/trabajos/"
        return "POST", address, urlencode(answers)


def measure(people, rounds):
    """Ask every target for every operation, in shuffled order, with one client and with eight."""
    csrf, country = people.csrf, people.country
    bare = "benchmarks.floor:application"
    targets = [
        Target("genesis", "genesis.wsgi:application", people.cookies, csrf, country),
        Target("floor", bare, people.bare_cookies, csrf, country),
        Target("floor again", bare, people.bare_cookies, csrf, country),
    ]
    with serving(targets[0]), serving(targets[1]), serving(targets[2]):
        chance = random.Random(7)  # noqa: S311
        for target in targets:
            client = Client(target)
            for operation in OPERATIONS:
                for _each in range(WARM_UP):
                    client.ask(operation, people.ids, chance)
        for number in range(rounds):
            jobs = [
                (target, operation, clients)
                for target in targets
                for operation in OPERATIONS
                for clients in (1, 8)
            ]
            chance.shuffle(jobs)
            for target, operation, clients in jobs:
                run(target, operation, clients, people.ids)
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return targets


def run(target, operation, clients, ids):
    before, walls = target.cpu(), []

    def browse(seed):
        chance, client = random.Random(seed), Client(target)  # noqa: S311
        each = REQUESTS if clients == 1 else REQUESTS // 3
        return [client.ask(operation, ids, chance) for _each in range(each)]

    with ThreadPoolExecutor(clients) as pool:
        for times in pool.map(browse, range(clients)):
            walls += times
    kept = (operation, clients)
    target.walls.setdefault(kept, []).extend(walls)
    target.cpus.setdefault(kept, []).append((target.cpu() - before) / len(walls))


def report(targets, count, file):
    """Print a table with ratios to the floor, and save the data beside it."""
    genesis, data = targets[0], []
    print(f"{count:,} people; milliseconds; ratio = genesis / floor; A/A = floor again / floor")
    head = ("operation", "clients", "genesis", "p95", "floor", "ratio", "A/A", "cpu", "cpu ratio")
    print("".join(f"{each:>11}" for each in head))
    for kept in sorted(genesis.walls):
        operation, clients = kept
        mid = {each.name: statistics.median(each.walls[kept]) * 1000 for each in targets}
        cpu = {each.name: statistics.median(each.cpus[kept]) * 1000 for each in targets}
        p95 = statistics.quantiles(genesis.walls[kept], n=20)[-1] * 1000
        row = {
            "operation": operation,
            "clients": clients,
            "genesis": mid["genesis"],
            "p95": p95,
            "floor": mid["floor"],
            "ratio": mid["genesis"] / mid["floor"],
            "A/A": mid["floor again"] / mid["floor"],
            "cpu": cpu["genesis"],
            "cpu ratio": cpu["genesis"] / cpu["floor"] if cpu["floor"] else float("nan"),
        }
        data.append(row)
        print(f"{operation:>11}{clients:>11}" + "".join(f"{row[each]:>11.2f}" for each in head[2:]))
    file.write_text(json.dumps({"people": count, "rows": data}, indent=1))
    print(f"data: {file}")


if __name__ == "__main__":
    main()
