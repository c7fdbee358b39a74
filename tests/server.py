"""One PostgreSQL for several runs of tests: `python -m tests.server FILE` writes its address there.

It does without fsync, holds the databases of PROCESSES processes of xdist, whose tables are
made once and then copied, and ends with this command.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from genesis import embedded

PROCESSES = 2


def serve(file: Path) -> None:
    """Start the server, tell where it is, and stop it when this command is told to end."""
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # they wait until they are looked for
    folder = Path(tempfile.mkdtemp(prefix=f"genesis-tests-{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = embedded.start(folder / "postgres", throwaway=True)
    try:
        os.environ["TEST_DATABASE_URL"] = server.url()
        make_databases()
        file.with_suffix(".part").write_text(server.url())
        file.with_suffix(".part").rename(file)
        signal.sigwait(stops)
    finally:
        server.stop()


def make_databases() -> None:
    """Make the tables of the tests' database, and copy them for each process."""
    from django.db import connection

    import tests.conftest  # noqa: F401  (its settings are those of the tests)

    connection.creation.create_test_db(verbosity=0, serialize=False)
    for number in range(PROCESSES):
        connection.creation.clone_test_db(suffix=f"gw{number}", verbosity=0)
    connection.close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
