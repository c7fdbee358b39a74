"""Workbooks of people, as a field office would fill them in."""

from datetime import date, datetime
from io import BytesIO

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.beneficiaries.answers import dui

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = {
    "N°": 1,
    "Nombres": "Rosa Elena",
    "Apellidos": "Menjívar Alas",
    "Sexo": "F",
    "Fecha nac.": date(1990, 5, 10),
    "DUI": dui(90000001),
    "Teléfono": "7777-1234",
    "Departamento": "San Salvador",
    "Municipio": "Soyapango",
    "País de retorno": "EE.UU.",
    "Fecha de retorno": date(2025, 12, 1),
    "Tipo de retorno": "Deportada",
    "Inicio trabajo exterior": date(2020, 1, 1),
    "Fin trabajo exterior": date(2025, 11, 30),
    "Ocupación": "Techador",
    "Sector": "Construcción",
    "Consentimiento": "Sí",
    "Fecha de registro": date(2026, 3, 2),
    "Observaciones": None,
}


def line(number=1, **changes):
    """One person; `changes` are by column, and each number is a person of her own."""
    own = {"N°": number, "Nombres": f"Rosa {letters(number)}", "DUI": dui(90000000 + number)}
    return COLUMNS | own | changes


def letters(number):
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def content(*lines, title=True, columns=None):
    """The bytes of a workbook with a title, a header, and these lines.

    Its columns are all those of the lines, unless `columns` says others.
    """
    file = BytesIO()
    columns = columns or list(dict.fromkeys(name for each in [COLUMNS, *lines] for name in each))
    with xlsxwriter.Workbook(
        file, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"created": datetime(2026, 3, 2)})  # noqa: DTZ001  # the same each time
        sheet = book.add_worksheet("Registro")
        looks = {
            date: book.add_format({"num_format": "dd/mm/yyyy"}),
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        }
        top = 3 if title else 0
        if title:
            sheet.write_string(0, 0, "Registro de personas retornadas")
        sheet.write_row(top, 0, columns)
        for place, each in enumerate(lines, start=top + 1):
            for column, name in enumerate(columns):
                value = each.get(name)
                if isinstance(value, date):
                    sheet.write_datetime(place, column, value, looks[type(value)])
                elif value is not None:
                    sheet.write(place, column, value)
    return file.getvalue()


def upload(*lines, name="registro.xlsx", **options):
    """The same as a file that a browser sends."""
    return SimpleUploadedFile(name, content(*lines, **options), content_type=XLSX)
