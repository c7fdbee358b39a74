"""The indicators of a period as a workbook, for use inside the programme."""

from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.worksheet import Worksheet

from beneficiaries.registry import Indicator
from genesis.lib.tables import Looks, looks_of, write_header, write_line
from reporting.rules import Figure, Line, Period


def write_indicators(file: BinaryIO, figures: list[Figure], period: Period, *, scope: str) -> None:
    """Write a workbook of three sheets: the figures, every cut of them, and what they mean.

    Numbers are numbers and text is text, whatever it begins with. True counts:
    this file does not leave the programme.
    """
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        looks = looks_of(workbook)
        _figures(workbook.add_worksheet(_("Indicators")), figures, period, scope, looks)
        _cuts(workbook.add_worksheet(_("Breakdowns")), figures, looks)
        _definitions(workbook.add_worksheet(_("Definitions")), figures, looks)


def _figures(
    sheet: Worksheet, figures: list[Figure], period: Period, scope: str, looks: Looks
) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 7, 18)
    write_header(sheet, 0, [_("Internal: true counts, not for publication")], looks)
    write_line(sheet, 1, [_("From"), period.since, _("Until"), period.until, scope], looks)
    header = [_("Code"), _("Indicator"), _("Unit"), *_numbers_of()]
    write_header(sheet, 3, header, looks)
    for place, each in enumerate(figures, start=4):
        about = each.indicator
        row = [about.code, about.title, about.unit, *_numbers(each, about)]
        write_line(sheet, place, row, looks)
    sheet.freeze_panes(4, 2)


def _numbers_of() -> list[str]:
    return [
        _("New in the period"),
        _("In all until then"),
        _("Of them"),
        _("New, of them"),
        _("In all, of them"),
    ]


def _numbers(found: Figure | Line, about: Indicator) -> list[Any]:
    """Both faces of a number, and of the part that the indicator tells; empty where there is none.

    A share is left to whoever reads it: it travels as its two numbers.
    """
    new, total = found.new, found.total
    row = [new.count if new else None, total.count, about.part or None]
    return [*row, new.met if new else None, total.met]


def _cuts(sheet: Worksheet, figures: list[Figure], looks: Looks) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 2, 34)
    sheet.set_column(3, 7, 18)
    write_header(sheet, 0, [_("Code"), _("By"), _("Category"), *_numbers_of()], looks)
    rows = [
        [each.indicator.code, cut.label, line.label, *_numbers(line, each.indicator)]
        for each in figures
        for cut in each.cuts
        for line in cut.lines
    ]
    for place, row in enumerate(rows, start=1):
        write_line(sheet, place, row, looks)
    sheet.autofilter(0, 0, max(len(rows), 1), 7)
    sheet.freeze_panes(1, 0)


def _definitions(sheet: Worksheet, figures: list[Figure], looks: Looks) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 100)
    write_header(sheet, 0, [_("Code"), _("Definition")], looks)
    for place, each in enumerate(figures, start=1):
        write_line(sheet, place, [each.indicator.code, each.indicator.definition], looks)
