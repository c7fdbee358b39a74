"""The sheets of a workbook that somebody sends us, read apart from what serves people.

What is made to exhaust the machine ends a process of its own (`unpacking`), with
little memory and little time.
"""

import datetime
import logging
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from beneficiaries.rules import unpacking
from beneficiaries.rules.unpacking import Row, UnreadableWorkbook

log = logging.getLogger(__name__)

# How a child ends that takes more memory or time than it may have.
KILLED = {signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT}


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of one sheet that describe people, under their columns.

    Each row has the number of its line in the sheet, counted from 1, and its
    cells as the file holds them.
    """

    sheet: str
    header_row: int
    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, Any]], ...]


class _Plain(pickle.Unpickler):
    """Reads what the child wrote: cells, and nothing that could be called."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in {"date", "datetime", "time", "timedelta"}:
            return getattr(datetime, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def read_sheets(file: Any) -> list[tuple[str, list[Row]]]:
    """The name and the lines of each sheet, from line 1 on; raises UnreadableWorkbook."""
    if not hasattr(file, "read"):
        return read_sheets(BytesIO(Path(file).read_bytes()))
    file.seek(0)
    child = subprocess.run(  # noqa: S603  # a module of ours
        [sys.executable, "-m", unpacking.__name__],
        input=file.read(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={"LC_ALL": "C.UTF-8"},  # no secret of the installation
        check=False,
    )
    if -child.returncode in KILLED:
        raise UnreadableWorkbook(_(unpacking.TOO_LARGE))
    if child.returncode:
        raise _fault(f"ended with {child.returncode}")
    answer = _Plain(BytesIO(child.stdout)).load()
    if isinstance(answer, str):
        raise UnreadableWorkbook(_(answer))
    if isinstance(answer, dict):
        raise _fault(answer["fault"])
    sheets: list[tuple[str, list[Row]]] = answer
    return sheets


def _fault(what: str) -> UnreadableWorkbook:
    """What went wrong that is no limit is logged, without a word of the file."""
    log.error("A workbook could not be read: %s", what)
    return UnreadableWorkbook(
        _(
            "The file could not be read: save it anew as an Excel workbook (.xlsx). "
            "If that does not help, tell whoever looks after Genesis."
        )
    )
