"""Rows for the files that the registry hands out."""

from typing import BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from beneficiaries.models import ImportRow, PeopleImport
from genesis.lib.tables import write_sheet


def write_rows_to_correct(file: BinaryIO, batch: PeopleImport, rows: QuerySet[ImportRow]) -> int:
    """Write the rows of a workbook that could not be taken, as they stood in it, and why."""
    fields = {column: name for name, column in batch.mapping.items()}
    header = [*batch.columns, _("What to correct"), _("Row")]
    lines = (
        [*(_cell(row, column, fields) for column in batch.columns), row.reason, row.sheet_row]
        for row in rows
    )
    return write_sheet(file, header, lines, name=_("To correct"))


def _cell(row: ImportRow, column: str, fields: dict[str, str]) -> str:
    """What a row says under one column of its workbook."""
    kept = row.values if column in fields else row.values.get("unmapped", {})
    return kept.get(fields.get(column, column), "")
