"""Rows for the files that the registry hands out."""

from typing import BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from beneficiaries.models import ImportRow, PeopleImport
from genesis.lib.tables import write_sheet


def write_rows_to_correct(file: BinaryIO, batch: PeopleImport, rows: QuerySet[ImportRow]) -> int:
    """Write the rows of a workbook that could not be taken, under its own columns, and why."""
    names = [name for name in batch.mapping if batch.mapping[name]]
    header = [*(batch.mapping[name] for name in names), _("What to correct"), _("Row")]
    lines = (
        [*(row.values.get(name, "") for name in names), row.reason, row.sheet_row] for row in rows
    )
    return write_sheet(file, header, lines, name=_("To correct"))
