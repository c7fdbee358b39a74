"""One PostgreSQL for several runs of tests: `python -m tests.server FILE` writes its address there.

It does without fsync, and ends with this command.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from genesis import embedded


def serve(file: Path) -> None:
    """Start the server, tell where it is, and stop it when this command is told to end."""
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # they wait until they are looked for
    folder = Path(tempfile.mkdtemp(prefix=f"genesis-tests-{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = embedded.start(folder / "postgres", throwaway=True)
    try:
        file.with_suffix(".part").write_text(server.url())
        file.with_suffix(".part").rename(file)
        signal.sigwait(stops)
    finally:
        server.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
