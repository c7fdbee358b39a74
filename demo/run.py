"""Runs the whole of Genesis on this machine, for `make demo`.

PostgreSQL, the web server, a Celery worker and beat, with all that they keep in
GENESIS_VAR. Each program has a session of its own, so that Ctrl-C reaches only
this one, which then ends the others in order.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

import psutil

from genesis import embedded

BASE_DIR = embedded.BASE_DIR
LOAD_DEMO = BASE_DIR / "demo" / "management" / "commands" / "load_demo.py"
DEFAULT_PORT = 8000
GRACE = 15  # seconds between asking a program to end and killing it
WAIT_FOR_SITE = 90
# The demo is on its own, whatever the shell it is started from is set up for.
OTHER_SETTINGS = ("DATABASE_URL", "REDIS_URL", "EMAIL_HOST", "ALLOWED_HOSTS")
PROGRAMS = {
    "web": ["gunicorn", "--config", "deploy/gunicorn.conf.py"],
    "worker": [
        *("celery", "--app", "genesis", "worker", "--queues", "celery,signing"),
        *("--concurrency", "2", "--without-gossip"),
    ],
    "beat": ["celery", "--app", "genesis", "beat", "--pidfile", ""],
}


class Stopped(Exception):
    """Somebody asked the demo to end."""


class Failed(Exception):
    """The demo cannot go on; the message says why."""


class Demo:
    """One run of the demo in the data folder `var`."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.port = port
        self.address = f"http://localhost:{port}"
        self.stopping = threading.Event()
        self.server: embedded.Server | None = None
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = dict(os.environ)

    def run(self) -> None:
        """Start everything, say where it is, and stay until asked to stop."""
        password, is_new = self._password()
        self.environment |= embedded.demo_environment(self.var)
        self.environment |= {"GENESIS_URL": self.address, "GENESIS_DEMO_PASSWORD": password}
        self._step("PostgreSQL", self._start_postgres)
        self._manage("Tables", "migrate", "--noinput")
        self._manage("Reference data", "load_reference")
        self._manage("Signing key", "make_signing_key", "--if-missing")
        self._collect_static_files()
        self._load_people(is_new)
        self._step("Web server, worker and clock", self._start_programs)
        accounts = ""
        if LOAD_DEMO.exists():
            accounts = self._manage("Accounts", "load_demo", "--accounts")
        say(f"\nGenesis answers at {self.address}/\n")
        say(accounts.rstrip())
        say(f"\nPassword of all of them: {password}\nCtrl-C stops everything.")
        self._watch()

    def stop(self) -> None:
        """End every program, the last started first, and PostgreSQL after them."""
        for program in reversed(self.running.values()):
            with suppress(ProcessLookupError):
                program.terminate()
        limit = time.monotonic() + GRACE
        for program in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                program.wait(max(0, limit - time.monotonic()))
            kill_session(program.pid)
            program.wait()
        if self.server and not self.server.stop():
            say(f"PostgreSQL in {self.server.folder} goes on: another command is using it.")
        (self.var / "demo.pids").unlink(missing_ok=True)

    def _password(self) -> tuple[str, bool]:
        """Return the password of the demo's accounts, and whether they still have another."""
        file = self.var / "demo-password"
        kept = file.read_text().strip() if file.exists() else ""
        asked = os.environ.get("GENESIS_DEMO_PASSWORD") or kept or secrets.token_urlsafe(12)
        return asked, asked != kept

    def _load_people(self, password_is_new: bool) -> None:
        """Load the demo's people at the first start; later, only change the password if asked.

        A first start that was cut short is made up for by the next one, with
        the same password.
        """
        loaded = self.var / "demo-loaded"
        if not LOAD_DEMO.exists():
            self._keep_password()
        elif not loaded.exists():
            self._keep_password()
            self._manage("People of the demo, some minutes", "load_demo", show=True)
            loaded.touch()
        elif password_is_new:
            self._manage("Password", "load_demo", "--set-password")
            self._keep_password()

    def _keep_password(self) -> None:
        file = self.var / "demo-password"
        file.touch(mode=0o600)
        file.write_text(self.environment["GENESIS_DEMO_PASSWORD"])

    def _collect_static_files(self) -> None:
        """Collect and compress them, unless they are as they were."""
        stamp, now = self.var / "demo-static", fingerprint_of_static_files()
        if not stamp.exists() or stamp.read_text() != now:
            self._manage("Static files", "collectstatic", "--noinput", "--clear")
            stamp.write_text(now)

    def _start_postgres(self) -> str:
        self.server = embedded.start(embedded.folder_of_postgres(self.var))
        self.environment["DATABASE_URL"] = self.server.url()
        return f"in {self.server.folder}"

    def _start_programs(self) -> str:
        self._start("web", "--bind", f"127.0.0.1:{self.port}")
        # With this, SIGTERM gives a running task some seconds, and then hands it back.
        self._start("worker", REMAP_SIGTERM="SIGQUIT")
        self._start("beat")
        self._wait_for_site()
        return f"logs in {self.var / 'log'}"

    def _start(self, name: str, *arguments: str, **environment: str) -> None:
        with (self.var / "log" / f"{name}.log").open("wb") as log:
            self.running[name] = self._popen(
                ["-m", *PROGRAMS[name], *arguments], output=log, environment=environment
            )
        pids = [each.pid for each in self.running.values()]
        marks = [(pid, psutil.Process(pid).create_time()) for pid in pids]
        (self.var / "demo.pids").write_text(json.dumps(marks))

    def _popen(
        self, arguments: list[str], *, output: IO[bytes] | None, environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )

    def _wait_for_site(self) -> None:
        limit = time.monotonic() + WAIT_FOR_SITE
        for path in ("/salud/", "/listo/"):
            while not answers(self.port, path):
                self._look_after_programs()
                if time.monotonic() > limit:
                    raise Failed(f"The site does not answer at {path}; see {self.var / 'log'}.")
                self._pause(0.1)

    def _watch(self) -> None:
        while True:
            self._look_after_programs()
            self._pause(0.5)

    def _look_after_programs(self) -> None:
        """Raise Failed when one of the programs has ended by itself."""
        for name, program in self.running.items():
            if program.poll() is not None:
                log = self.var / "log" / f"{name}.log"
                ended = f"The {name} program ended by itself (exit {program.returncode})"
                raise Failed(f"{ended}.\n{last_lines(log)}")
        if self.server and not self.server.is_running():
            log = self.server.folder / "log"
            raise Failed(f"PostgreSQL ended by itself.\n{last_lines(log)}")

    def _pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise Stopped

    def _step(self, name: str, work: Callable[[], str], *, end: str = "") -> None:
        say(f"  {name} …", end=end)
        began = time.monotonic()
        told = work()
        say(f" {time.monotonic() - began:.1f} s  {told}".rstrip())
        self._pause(0)

    def _manage(self, name: str, *command: str, show: bool = False) -> str:
        """Run a command of manage.py to its end; return what it wrote unless it is shown."""
        log = self.var / "log" / "start.log"

        def work() -> str:
            with log.open("wb") as output:
                process = self._popen(
                    ["manage.py", *command], output=None if show else output, environment={}
                )
                self.running[command[0]] = process
                while process.poll() is None:
                    self._pause(0.05)
            del self.running[command[0]]
            if process.returncode:
                said = "" if show else f"\n{last_lines(log)}"
                raise Failed(f"manage.py {' '.join(command)} failed.{said}")
            return ""

        self._step(name, work, end="\n" if show else "")
        return log.read_text()


def clear_what_was_left(var: Path) -> None:
    """End the programs of a demo that was killed, and drop its messages and its clock.

    No work is lost with the messages: the rows say what is left to do.
    """
    with suppress(OSError, ValueError):
        for pid, began in json.loads((var / "demo.pids").read_text()):
            with suppress(psutil.Error):
                if psutil.Process(pid).create_time() == began:
                    kill_session(pid)
    shutil.rmtree(var / "broker", ignore_errors=True)
    for file in var.glob("beat-schedule*"):
        file.unlink()


def say(text: str, *, end: str = "\n") -> None:
    with suppress(OSError):  # the terminal may be gone, and there is still work to do
        sys.stdout.write(text + end)
        sys.stdout.flush()


def answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def last_lines(log: Path, count: int = 25) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(["", *lines[-count:], f"(from {log})"])


def fingerprint_of_static_files() -> str:
    """Return a text that changes with our static files and with the libraries that bring theirs."""
    marks = sorted(
        (str(file), file.stat().st_size, file.stat().st_mtime_ns)
        for file in (BASE_DIR / "static").rglob("*")
    )
    return sha256(f"{marks}{(BASE_DIR / 'uv.lock').read_text()}".encode()).hexdigest()


def kill_session(leader: int) -> None:
    """Kill what is left of a program and of those that it started."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def choose_port() -> int:
    """Return the port that PORT names, or the first free one from the usual one on."""
    asked = os.environ.get("PORT")
    if asked:
        if not asked.isdigit() or not 0 < int(asked) < 65536:
            raise Failed(f"PORT is “{asked}”: it must be a number from 1 to 65535.")
        if not is_free(int(asked)):
            raise Failed(f"Port {asked} is taken by another program: choose another PORT.")
        return int(asked)
    port = next(port for port in range(DEFAULT_PORT, DEFAULT_PORT + 100) if is_free(port))
    if port != DEFAULT_PORT:
        say(f"Port {DEFAULT_PORT} is taken by another program: using {port}. PORT chooses another.")
    return port


def is_free(port: int) -> bool:
    with socket.socket() as each:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            each.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def data_folder() -> Path:
    return Path(os.environ.get("GENESIS_VAR") or BASE_DIR / "var").resolve()


@contextmanager
def only_demo_in(var: Path) -> Iterator[None]:
    """Keep every other demo out of `var`; the kernel lets them in again if this one is killed."""
    with (var / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"A demo is running in {var} already: stop it first.") from None
        yield


def run(var: Path) -> None:
    """Run the demo until somebody stops it, or raise Failed; either way it leaves no process."""
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with only_demo_in(var):
        clear_what_was_left(var)
        demo = Demo(var, choose_port())
        say(f"Genesis in {var}")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: demo.stopping.set())
        try:
            demo.run()
        except Stopped:
            say("\nStopping …")
        except (Failed, embedded.ServerNotStarted) as error:
            raise Failed(f"\n{error}\nEverything has been stopped.") from None
        finally:
            demo.stop()
        say("Everything has stopped.")


def reset(var: Path) -> None:
    """Delete the demo's data, and so start over."""
    if not (var / "demo.lock").exists():
        say(f"No demo has run in {var}, and nothing was deleted.")
        return
    with only_demo_in(var):
        clear_what_was_left(var)
        embedded.remove(var)
    say(f"Nothing is left of the demo in {var}; `make demo` makes it anew.")


def main() -> int:
    for name in OTHER_SETTINGS:
        given = [os.environ.pop(each, None) for each in (name, f"{name}_FILE")]
        if any(given):
            say(f"The demo takes no notice of {name}.")
    try:
        work = reset if sys.argv[1:] == ["--reset"] else run
        work(data_folder())
    except (Failed, embedded.ServerNotStarted) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
