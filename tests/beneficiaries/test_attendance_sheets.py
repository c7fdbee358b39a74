"""Attendance from a file: read, looked at row by row, and written down once (CASE-30)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import xlsxwriter
from celery import current_app
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import attendance_sheets as sheets
from beneficiaries.actions import enrolments
from beneficiaries.choices import EnrolmentState, Mark, SheetState
from beneficiaries.jobs import clear_old_sheets
from beneficiaries.models import Attendance, AttendanceSheet, GroupSession, Person, SheetRow
from beneficiaries.rules.attendance_sheets import mark_of, person_of, read_sheet, session_of
from beneficiaries.rules.cells import Unreadable
from beneficiaries.rules.delimited import read_csv
from beneficiaries.rules.spreadsheet import UnreadableWorkbook
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from tests.beneficiaries.answers import dui
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    DocumentFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupSessionFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
HEADER = "Expediente;Sesión;Asistencia"


@pytest.fixture
def group(office):
    """Two sessions that were, one that is to come, and three people."""
    group = GroupFactory(office=office, facilitator=UserFactory(role=Role.COACH, at=office))
    for days_ago in (3, 1, -1):
        GroupSessionFactory(group=group, days_ago=days_ago)
    for _each in range(3):
        EnrolmentFactory(group=group, person=PersonFactory(office=office))
    return group


@pytest.fixture
def people(group):
    return [each.person for each in group.enrolments.order_by("pk")]


def sessions_of(group):
    return list(group.sessions.order_by("starts_at"))


def csv_of(*rows, header=HEADER, name="lista.csv"):
    text = "\n".join([header, *(";".join(map(str, row)) for row in rows)])
    return SimpleUploadedFile(name, text.encode())


def xlsx_of(*rows, header=("Expediente", "Sesión", "Asistencia"), name="lista.xlsx"):
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet()
        for place, row in enumerate([header, *rows]):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(place, column, value, day)
                else:
                    sheet.write(place, column, value)
    return SimpleUploadedFile(name, file.getvalue())


def upload(group, file, *, others=Mark.ABSENT, key=None):
    by = group.facilitator
    return sheets.upload_sheet(group, key=key or uuid4(), file=file, others=others, by=by)


def write(sheet):
    return sheets.write_sheet(sheet, version=sheet.version, by=sheet.uploaded_by)


def outcomes(sheet):
    return list(sheet.rows.order_by("sheet_row").values_list("outcome", flat=True))


def reasons(sheet):
    return list(sheet.rows.order_by("sheet_row").values_list("reason", flat=True))


def marks(session):
    known = session.attendance.order_by("enrolment").values_list("mark", flat=True)
    return list(known)


# Reading


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Presente", Mark.PRESENT),
        (" sí ", Mark.PRESENT),
        ("ASISTIÓ", Mark.PRESENT),
        ("1", Mark.PRESENT),
        ("Ausente", Mark.ABSENT),
        ("no", Mark.ABSENT),
        ("0", Mark.ABSENT),
        ("Justificada", Mark.JUSTIFIED),
        ("con permiso", Mark.JUSTIFIED),
    ],
)
def test_a_mark_is_read_however_it_is_written(text, mark):
    assert mark_of(text) == mark


@pytest.mark.parametrize("text", ["", "a", "x", "tal vez", "=1", "presente?", "2"])
def test_a_mark_that_may_mean_several_things_is_not_guessed(text):
    with pytest.raises(Unreadable):
        mark_of(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("gs-2026-00012", ("GS-2026-00012", "")),
        (dui(90000001), ("", dui(90000001))),
        (dui(90000001).replace("-", ""), ("", dui(90000001))),
    ],
)
def test_a_person_is_named_by_file_number_or_dui(text, read):
    assert person_of(text) == read


@pytest.mark.parametrize("text", ["", "Ana", "90000001-0", "GS-26-1", "00000000-0", "=HYPERLINK()"])
def test_what_is_neither_is_refused(text):
    with pytest.raises(Unreadable):
        person_of(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [("3", 3), ("12/11/2026", date(2026, 11, 12)), ("2026-11-12", date(2026, 11, 12))],
)
def test_a_session_is_named_by_number_or_day(text, read):
    assert session_of(text) == read


@pytest.mark.parametrize("text", ["", "0", "-1", "١", "12/11/26", "30/02/2026", "1e3", "tercera"])
def test_a_session_that_cannot_be_read_is_refused(text):
    with pytest.raises(Unreadable):
        session_of(text)


WRITTEN = {
    "semicolons": "Sesión;DUI\n1;ñ\n".encode(),
    "commas": "Sesión,DUI\n1,ñ\n".encode(),
    "tabs": "Sesión\tDUI\n1\tñ\n".encode(),
    "mark of UTF-8": "\ufeffSesión;DUI\r\n1;ñ\r\n".encode(),
    "Latin": "Sesión;DUI\r\n1;ñ\r\n".encode("cp1252"),
    "UTF-16": "Sesión;DUI\r\n1;ñ\r\n".encode("utf-16"),
    "old Macintosh": "Sesión;DUI\r1;ñ\r".encode(),
    "quotation marks": '"Sesión";"DUI"\n"1";"ñ"\n'.encode(),
}


def named(lines):
    return ["Sesión", "DUI"] in lines or ["DUI", "Sesión"] in lines


@pytest.mark.parametrize("name", WRITTEN)
def test_a_csv_file_is_read_however_it_was_written(name):
    assert read_csv(WRITTEN[name], holds=named) == [["Sesión", "DUI"], ["1", "ñ"]]


def test_the_line_with_which_excel_names_its_separator_is_no_row():
    lines = read_csv(b"sep=;\nDUI;Sesi\xc3\xb3n\na,b;1\n", holds=named)

    assert [line for line in lines if line] == [["DUI", "Sesión"], ["a,b", "1"]]


TITLES = ["Lista de asistencia", "Grupo 1, sede San Salvador, mañana", "Día; 1", 'Grupo "1"', "1,5"]


@pytest.mark.parametrize("separator", ";,\t")
@pytest.mark.parametrize("title", TITLES)
def test_a_line_above_the_names_of_the_columns_does_not_tell_the_separator(title, separator):
    text = f"{title}\n\nExpediente;Sesión;Asistencia\nGS-2026-00001;1;Sí".replace(";", separator)

    (line,) = read_sheet(BytesIO(text.encode()))

    assert (line.number, line.who, line.which, line.said) == (4, "GS-2026-00001", "1", "Sí")


BROKEN = {
    "nothing": b"",
    "noughts": b"Expediente;Sesion;Asistencia\n\0;1;Presente\n",
    "quotation mark": b'Expediente;Sesion;Asistencia\n"GS-2026-00001;1;Presente\n',
    "a very long cell": b"Expediente;Sesion;Asistencia\n" + b"a" * 200_000,
    "html": b"<html><script>alert(1)</script></html>",
    "no header": b"GS-2026-00001;1;Presente\n",
    "two columns": b"Expediente;Asistencia\nGS-2026-00001;Presente\n",
    "the same column twice": b"Expediente;Sesion;Asistencia;Asistencia\nGS-2026-00001;1;Si;No\n",
    "no rows": b"Expediente;Sesion;Asistencia\n;;\n\n",
    "no workbook": b"PK\x03\x04",
    "too many rows": b"Expediente;Sesion;Asistencia\n" + b"GS-2026-00001;1;Si\n" * 2001,
    "undecodable": b"Expediente;Sesi\x81n;Asistencia\n",
    "half of UTF-16": b"\xff\xfeE",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_refused_in_words(name):
    with pytest.raises(UnreadableWorkbook) as refused:
        read_sheet(BytesIO(BROKEN[name]))
    assert str(refused.value)


def test_a_workbook_with_lists_on_two_sheets_is_refused():
    book = load_workbook(xlsx_of(("GS-2026-00001", 1, "Presente")))
    book.copy_worksheet(book.active)
    file = BytesIO()
    book.save(file)

    with pytest.raises(UnreadableWorkbook, match="varias hojas"):
        read_sheet(file)


def test_days_numbers_and_duis_of_a_workbook_are_read_as_text():
    number = dui(10000007).replace("-", "")
    file = xlsx_of(
        (number, "", date(2026, 11, 12), True),
        (int(number), 2, "", "Ausente"),
        header=("DUI", "Sesión", "Fecha", "Asistió"),
    )

    lines = read_sheet(file)

    assert [(each.number, each.who, each.which) for each in lines] == [
        (2, number, "12/11/2026"),
        (3, number, "2"),
    ]
    assert [mark_of(each.said) for each in lines] == [Mark.PRESENT, Mark.ABSENT]


# What comes of each row


def test_every_row_says_what_comes_of_it(group, people):
    first, second, _third = sessions_of(group)
    ana, berta, carla = people
    DocumentFactory(person=berta, number=dui(90000001))
    day = timezone.localdate(second.starts_at)

    sheet = upload(
        group,
        csv_of(
            (ana.file_number, 1, "Presente"),
            (dui(90000001), f"{day:%d/%m/%Y}", "Justificado"),
            (carla.file_number.lower(), "2", "no"),
            (ana.file_number, 3, "Presente"),
            (ana.file_number, 9, "Presente"),
            (ana.file_number, "ayer", "Presente"),
            (ana.file_number, 2, "a"),
            ("GS-1999-00001", 1, "Presente"),
            ("", 1, "Presente"),
        ),
    )

    assert outcomes(sheet) == ["new"] * 3 + ["error"] * 6
    assert reasons(sheet)[3:] == [
        "La sesión no ha comenzado: la asistencia se pasa cuando comience.",
        "El grupo no tiene esa sesión.",
        "«ayer» no es una fecha.",
        "Escriba Presente, Ausente o Justificado.",
        "Nadie de este grupo tiene ese número.",
        "Falta la persona.",
    ]
    assert not Attendance.objects.exists()
    rows = sheet.rows.filter(outcome="new").order_by("sheet_row")
    assert [(row.session, row.mark) for row in rows] == [
        (first, "present"),
        (second, "justified"),
        (second, "absent"),
    ]


@pytest.mark.rule("CASE-30")
def test_the_good_rows_are_written_as_who_takes_attendance_does(group, people):
    first, second, _third = sessions_of(group)
    ana, berta, _carla = people
    file = csv_of((ana.file_number, 1, "Presente"), (berta.file_number, 1, "Justificado"), ("x", 1))

    sheet = write(upload(group, file))

    assert sheet.state == SheetState.WRITTEN
    assert marks(first) == ["present", "justified", "absent"]  # the third is not in the file
    assert marks(second) == []
    first.refresh_from_db()
    assert (first.taken_by, first.minutes) == (group.facilitator, first.planned_minutes)
    states = group.enrolments.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["in_progress", "enrolled", "enrolled"]
    assert Activity.objects.filter(verb="attendance.taken").count() == 1
    assert Activity.objects.get(verb="sheet.written").changes == {"group": group.pk, "rows": 2}
    kept = sheet.rows.exclude(outcome="error").values_list("who", "which", "said")
    assert set(kept) == {("", "", "")}
    assert sheet.rows.get(outcome="error").who == "x"


@pytest.mark.parametrize("others", [Mark.PRESENT, Mark.ABSENT])
def test_who_is_expected_and_not_in_the_file_is_what_was_said_of_them(group, people, others):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Justificado")), others=others)
    (left_out,) = sheets.unnamed_in(sheet)
    assert (left_out.session, left_out.count) == (sessions_of(group)[0], 2)

    write(sheet)

    assert marks(sessions_of(group)[0]) == ["justified", others, others]


IN_ERROR = {
    "a mark that cannot be read": [(1, "tarde, pero vino")],
    "two marks": [(1, "Presente"), (1, "Ausente")],
    "a session that cannot be read": [("la primera", "Presente")],
    "a session that there is not": [(9, "Presente")],
}


@pytest.mark.rule("CASE-30")
@pytest.mark.parametrize("others", [Mark.PRESENT, Mark.ABSENT])
@pytest.mark.parametrize("name", IN_ERROR)
def test_of_whom_a_row_is_to_be_corrected_nothing_is_written(group, people, name, others):
    ana, berta, _carla = people
    hers = [(berta.file_number, *each) for each in IN_ERROR[name]]
    sheet = upload(group, csv_of((ana.file_number, 1, "Presente"), *hers), others=others)
    first = sessions_of(group)[0]
    assert [each.count for each in sheets.unnamed_in(sheet)] == [1]  # Carla

    write(sheet)

    assert not first.attendance.filter(enrolment__person=berta).exists()
    assert marks(first) == ["present", others]
    assert group.enrolments.get(person=berta).state == EnrolmentState.ENROLLED
    write(upload(group, csv_of((berta.file_number, 1, "Justificado")), others=others))
    assert marks(first) == ["present", "justified", others]


def test_a_row_to_be_corrected_of_one_session_leaves_the_others_as_they_are(group, people):
    ana, berta, carla = people
    first, second, _third = sessions_of(group)
    enrolment = group.enrolments.get(person=carla)
    known = {each.pk: Mark.JUSTIFIED for each in group.enrolments.all()}
    enrolments.take_attendance(second, known, version=1, minutes=60, by=group.facilitator)

    sheet = upload(
        group,
        csv_of(
            *[(ana.file_number, each, "Presente") for each in (1, 2)],
            (berta.file_number, 2, "a"),
            (berta.file_number, 1, "a"),
            (berta.file_number, 1, "Presente"),  # what a good row says is written
        ),
    )
    (left_out,) = sheets.unnamed_in(sheet)
    assert (left_out.session, left_out.count) == (first, 1)
    write(sheet)

    assert marks(first) == ["present", "present", "absent"]
    assert marks(second) == ["present", "justified", "justified"]
    assert first.attendance.get(enrolment=enrolment).mark == Mark.ABSENT


@pytest.mark.parametrize("others", [Mark.PRESENT, Mark.ABSENT])
def test_as_many_are_written_as_were_shown_to_be_expected(group, people, others):
    first = sessions_of(group)[0]
    berta = group.enrolments.get(person=people[1])
    enrolments.drop_enrolment(berta, version=1, reason="Trabaja.", by=group.facilitator)
    EnrolmentFactory(
        group=group, person=PersonFactory(office=group.office), state=EnrolmentState.INVITED
    )
    sheet = upload(group, csv_of((people[0].file_number, 1, "Justificado")), others=others)
    (left_out,) = sheets.unnamed_in(sheet)

    write(sheet)

    assert left_out.count == 1
    assert first.attendance.filter(mark=others).count() == left_out.count


def test_what_was_written_before_stays_unless_a_row_corrects_it(group, people):
    first = sessions_of(group)[0]
    ana, berta, carla = (each.pk for each in group.enrolments.order_by("pk"))
    known = {ana: Mark.PRESENT, berta: Mark.JUSTIFIED, carla: Mark.ABSENT}
    enrolments.take_attendance(first, known, version=1, minutes=45, by=group.facilitator)

    sheet = upload(
        group,
        csv_of((people[0].file_number, 1, "Presente"), (people[2].file_number, 1, "Presente")),
        others=Mark.ABSENT,
    )
    assert outcomes(sheet) == ["same", "corrected"]
    assert sheet.rows.get(outcome="corrected").before == "absent"
    assert sheets.unnamed_in(sheet) == []
    write(sheet)

    assert marks(first) == ["present", "justified", "present"]
    first.refresh_from_db()
    assert first.minutes == 45
    corrected = Activity.objects.get(verb="attendance.corrected")
    assert corrected.changes == {"mark": ["absent", "present"]}


def test_rows_that_contradict_one_another_are_all_to_be_corrected(group, people):
    number = people[0].file_number
    sheet = upload(
        group,
        csv_of(
            (number, 1, "Presente"), (number, 1, "Ausente"), (number, 2, "Sí"), (number, 2, "P")
        ),
    )

    assert outcomes(sheet) == ["error", "error", "new", "same"]


def test_two_sessions_on_one_day_are_told_apart_by_their_number(group, people):
    first = sessions_of(group)[0]
    noon = timezone.localtime(first.starts_at).replace(hour=12)
    hours = [noon, noon + timedelta(hours=1), noon + timedelta(hours=2)]
    GroupSession.objects.filter(pk=first.pk).update(starts_at=hours[0], ends_at=hours[1])
    again = GroupSessionFactory(group=group, starts_at=hours[1], ends_at=hours[2])
    day = noon.strftime("%d/%m/%Y")

    number = people[0].file_number
    sheet = upload(group, csv_of((number, day, "Presente"), (number, 2, "Presente")))

    assert outcomes(sheet) == ["error", "new"]
    assert "dos sesiones" in reasons(sheet)[0]
    assert sheet.rows.get(outcome="new").session == again


def test_a_cancelled_session_is_none(group, people):
    first, second, _third = sessions_of(group)
    GroupSession.objects.filter(pk=first.pk).update(
        cancelled_at=timezone.now(), cancelled_by=group.facilitator, cancelled_reason="Lluvia"
    )
    day = timezone.localdate(first.starts_at).strftime("%d/%m/%Y")
    number = people[0].file_number

    sheet = upload(group, csv_of((number, day, "Presente"), (number, 1, "Presente")))

    assert outcomes(sheet) == ["error", "new"]
    assert sheet.rows.get(outcome="new").session == second


@pytest.mark.parametrize("state", [EnrolmentState.DROPPED, EnrolmentState.COMPLETED])
def test_who_left_the_group_is_marked_no_more(group, people, state):
    reason = "Trabaja." if state == EnrolmentState.DROPPED else ""
    group.enrolments.filter(person=people[0]).update(state=state, reason=reason)

    sheet = upload(group, csv_of((people[0].file_number, 1, "Presente")))

    assert reasons(sheet) == ["Ya no participa en el grupo."]


def test_the_number_of_a_merged_file_finds_who_is_in_the_group(group, people):
    old = PersonFactory(office=group.office)
    Person.objects.filter(pk=old.pk).update(merged_into=people[0])

    sheet = upload(group, csv_of((old.file_number, 1, "Presente")))

    assert sheet.rows.get().enrolment.person == people[0]


@pytest.mark.rule("SEC-6")
def test_a_person_of_another_office_is_not_found_like_one_who_is_nowhere(group):
    elsewhere = PersonFactory(office=OrganizationFactory())
    DocumentFactory(person=elsewhere, number=dui(90000001))
    here = PersonFactory(office=group.office)  # of this office, and not of the group

    sheet = upload(
        group,
        csv_of(
            (elsewhere.file_number, 1, "Presente"),
            (dui(90000001), 1, "Presente"),
            (here.file_number, 1, "Presente"),
            ("GS-1999-00001", 1, "Presente"),
            (dui(90000002), 1, "Presente"),
        ),
    )

    assert set(reasons(sheet)) == {"Nadie de este grupo tiene ese número."}
    assert not sheet.rows.exclude(enrolment=None).exists()


@pytest.mark.parametrize(
    "who",
    ["=HYPERLINK(1)", "<script>alert(1)</script>", "a" * 5000, "\u202eGS", "\x07", "Робин'); --"],
)
def test_a_cell_may_say_anything(client, group, who):
    client.force_login(group.facilitator)
    sheet = upload(group, xlsx_of((who, 1, "Presente")))

    html = client.get(sheet.get_absolute_url()).content.decode()
    assert "<script>alert" not in html
    answer = client.get(reverse("groups:sheet_errors", args=[sheet.public_id]))
    cells = [cell.value for cell in load_workbook(BytesIO(answer.content)).active[2]]
    assert not str(cells[0]).startswith("=")
    assert cells[4] == 2


# Once, and only what was shown


@pytest.mark.rule("SEC-16")
def test_the_same_form_sent_twice_is_one_list(group, people):
    key = uuid4()
    row = (people[0].file_number, 1, "Presente")
    first, again = (upload(group, csv_of(row), key=key) for _each in range(2))

    assert first == again
    with pytest.raises(OtherContent):
        upload(group, csv_of(row, row), key=key)


@pytest.mark.rule("SEC-16")
def test_the_same_file_a_second_time_writes_nothing(group, people):
    rows = [(each.file_number, 1, "Presente") for each in people]
    write(upload(group, csv_of(*rows)))
    before = Activity.objects.filter(verb__startswith="attendance").count()

    again = upload(group, csv_of(*rows))

    assert outcomes(again) == ["same"] * 3
    write(again)
    assert Activity.objects.filter(verb__startswith="attendance").count() == before
    assert Attendance.objects.count() == 3


@pytest.mark.rule("SEC-15")
def test_when_somebody_took_attendance_meanwhile_the_rows_are_shown_again(group, people):
    first = sessions_of(group)[0]
    sheet = upload(group, csv_of((people[0].file_number, 1, "Ausente")))
    enrolments.take_attendance(first, {}, version=1, minutes=60, by=group.facilitator)

    sheet = write(sheet)

    assert sheet.state == SheetState.CHECKED
    assert outcomes(sheet) == ["corrected"]
    assert marks(first) == ["present"] * 3
    assert write(sheet).state == SheetState.WRITTEN
    assert marks(first) == ["absent", "present", "present"]


@pytest.mark.rule("SEC-15")
def test_an_old_page_writes_nothing(group, people):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Ausente")))

    with pytest.raises(StaleRecord):
        sheets.write_sheet(sheet, version=7, by=group.facilitator)

    assert not Attendance.objects.exists()


def test_a_discarded_list_leaves_nothing_and_is_not_written(group, people):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Ausente")))
    sheet = sheets.discard_sheet(sheet, version=1, by=group.facilitator)

    assert not SheetRow.objects.exists()
    with pytest.raises(MoveNotAllowed):
        write(sheet)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_write_it_once(group, people):
    sheet = upload(group, csv_of(*[(each.file_number, 1, "Presente") for each in people]))

    def confirm(_):
        try:
            return write(AttendanceSheet.objects.get(pk=sheet.pk)).state
        except (MoveNotAllowed, StaleRecord):
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(confirm, range(2))) == ["written", "written"]
    assert Activity.objects.filter(verb="sheet.written").count() == 1
    assert Attendance.objects.count() == 3
    assert Activity.objects.filter(verb="attendance.taken").count() == 1


def test_the_database_refuses_a_good_row_that_does_not_say_all(group, people):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Presente")))

    with pytest.raises(IntegrityError, match="wrong_or_says_all"), transaction.atomic():
        sheet.rows.update(session=None)
    with pytest.raises(IntegrityError, match="ended_by_somebody"), transaction.atomic():
        AttendanceSheet.objects.update(state="written")
    with pytest.raises(IntegrityError, match="ended_by_somebody"), transaction.atomic():
        AttendanceSheet.objects.update(state="written", ended_at=timezone.now())
    with pytest.raises(IntegrityError, match="erased_once_written"), transaction.atomic():
        AttendanceSheet.objects.update(erased_at=timezone.now())


# What is old


def wait(days):
    long_ago = timezone.now() - timedelta(days=days, minutes=1)
    AttendanceSheet.objects.update(uploaded_at=long_ago)
    AttendanceSheet.objects.exclude(ended_at=None).update(ended_at=long_ago)
    clear_old_sheets()


def test_what_rows_to_be_corrected_said_is_erased_after_some_days(client, group, people):
    client.force_login(group.facilitator)
    rows = [(dui(90000001), 1, "Sí"), (people[1].file_number, dui(90000001), "Sí")]
    sheet = write(upload(group, csv_of((people[0].file_number, 1, "Presente"), *rows)))
    said = sheet.rows.filter(outcome="error").values_list("who", "which", "said", "reason")

    wait(13)
    assert "".join(map("".join, said)).count(dui(90000001)) == 3  # one reason repeats it
    assert url_of("errors", sheet) in client.get(sheet.get_absolute_url()).content.decode()

    wait(14)
    assert set(said.all()) == {
        ("", "", "", "La lista ya es antigua: lo que decía esta fila se borró.")
    }
    assert outcomes(sheet) == ["new", "error", "error"]
    page = client.get(sheet.get_absolute_url()).content.decode()
    assert url_of("errors", sheet) not in page
    assert dui(90000001) not in page
    assert marks(sessions_of(group)[0]) == ["present", "absent"]


def test_a_list_that_nobody_confirmed_is_discarded_after_some_days(client, group, people):
    client.force_login(group.facilitator)
    sheet = upload(group, csv_of((people[0].file_number, 1, "Presente"), (dui(90000001), 1, "")))

    wait(13)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.count()) == (SheetState.CHECKED, 2)

    wait(14)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.ended_by, sheet.rows.count()) == (SheetState.DISCARDED, None, 0)
    assert Activity.objects.get(verb="sheet.discarded").actor is None
    assert "Descartada" in client.get(sheet.get_absolute_url()).content.decode()
    assert not Attendance.objects.exists()
    wait(14)  # again there is nothing to do
    assert Activity.objects.filter(verb="sheet.discarded").count() == 1


def test_the_clock_looks_for_old_lists():
    tasks = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    assert clear_old_sheets.name in tasks
    current_app.loader.import_default_modules()
    assert tasks <= set(current_app.tasks)


# The pages


@pytest.fixture
def coach(client, group):
    client.force_login(group.facilitator)
    return group.facilitator


def url_of(name, record):
    return reverse(f"groups:sheet_{name}", args=[record.public_id])


def send(client, group, file, **changes):
    typed = {"key": str(uuid4()), "others": "absent", "file": file}
    return client.post(url_of("create", group), typed | changes)


def test_a_list_goes_from_the_file_to_the_group(client, coach, group, people):
    rows = [(each.file_number, 1, "Presente") for each in people[:2]]
    assert url_of("create", group) in client.get(group.get_absolute_url()).content.decode()

    response = send(client, group, csv_of(*rows, ("GS-1999-00001", 1, "Presente")))
    sheet = AttendanceSheet.objects.get()
    assert response.url == sheet.get_absolute_url()

    assert response.url in client.get(url_of("create", group)).content.decode()
    page = client.get(response.url)
    html = page.content.decode()
    assert [number for _outcome, number in page.context["counts"]] == [2, 0, 0, 1]
    assert people[0].display_name in html
    assert "1 persona" in html  # expected, and not in the file
    assert "Nadie de este grupo tiene ese número." in html
    assert ReadLog.objects.latest("pk").persons == sorted(each.pk for each in people[:2])

    response = client.post(url_of("confirm", sheet), {"version": sheet.version}, follow=True)
    assert "Asistencia guardada." in response.content.decode()
    assert marks(sessions_of(group)[0]) == ["present", "present", "absent"]
    assert url_of("confirm", sheet) not in response.content.decode()


def test_the_rows_to_correct_come_back_and_can_be_sent_again(client, coach, group, people):
    DocumentFactory(person=people[0], number=dui(90000001))
    send(client, group, csv_of((dui(90000001), 1, "quizá"), (people[1].file_number, 1, "Sí")))
    sheet = AttendanceSheet.objects.get()

    answer = client.get(url_of("errors", sheet))

    read = ReadLog.objects.latest("pk")
    assert (read.kind, read.persons) == (ReadKind.EXPORT, [people[0].pk])
    book = load_workbook(BytesIO(answer.content))
    assert [cell.value for cell in book.active[1]][:3] == [
        "Expediente o DUI",
        "Sesión",
        "Asistencia",
    ]
    assert book.active.max_row == 2
    assert book.active["D2"].value == "Escriba Presente, Ausente o Justificado."
    book.active["C2"] = "Justificado"
    file = BytesIO()
    book.save(file)
    send(client, group, SimpleUploadedFile("corregida.xlsx", file.getvalue()))
    again = AttendanceSheet.objects.latest("pk")
    assert outcomes(again) == ["new"]
    assert again.rows.get().enrolment.person == people[0]


def test_the_list_to_fill_in_can_be_sent_as_it_is(client, coach, group, people):
    answer = client.get(url_of("template", group))

    assert sorted(ReadLog.objects.latest("pk").persons) == sorted(each.pk for each in people)
    book = load_workbook(BytesIO(answer.content))
    assert book.active.max_row == 1 + 2 * 3  # of the session to come nothing is asked
    for row in range(2, 8):
        book.active.cell(row, 5, "Presente")
    file = BytesIO()
    book.save(file)
    send(client, group, SimpleUploadedFile("asistencia.xlsx", file.getvalue()))
    assert outcomes(AttendanceSheet.objects.get()) == ["new"] * 6


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.pdf", b"%PDF-"), "Elija un libro"),
        (SimpleUploadedFile("a.csv", b""), "vac"),
        (SimpleUploadedFile("a.csv", b"hola"), "Ninguna línea nombra las columnas"),
        (SimpleUploadedFile("a.xlsx", b"PK\x03\x04"), "no se puede leer"),
        (SimpleUploadedFile("a.csv", b"a" * (2 * 1024 * 1024 + 1)), "2 MB"),
        ("", "obligatorio"),
    ],
)
def test_a_file_that_is_no_list_is_refused_at_its_field(client, coach, group, file, words):
    if file:
        file.seek(0)
    response = send(client, group, file)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"file"}
    assert words in str(response.context["form"].errors["file"])
    assert not AttendanceSheet.objects.exists()


@pytest.mark.parametrize("others", ["", "justified", "x"])
def test_it_has_to_be_said_what_becomes_of_the_others(client, coach, group, others):
    response = send(client, group, csv_of(("GS-1999-00001", 1, "Sí")), others=others)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"others"}


@pytest.mark.parametrize("step", ["confirm", "discard"])
def test_a_button_of_an_old_page_changes_nothing(client, coach, group, people, step):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Sí")))

    response = client.post(url_of(step, sheet), {"version": 9}, follow=True)

    assert list(response.context["messages"])
    sheet.refresh_from_db()
    assert (sheet.state, Attendance.objects.count()) == (SheetState.CHECKED, 0)
    assert client.post(url_of(step, sheet), {"version": "x"}).status_code == 400


def test_when_the_group_changed_the_page_says_so(client, coach, group, people):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Ausente")))
    first = sessions_of(group)[0]
    enrolments.take_attendance(first, {}, version=1, minutes=60, by=coach)

    response = client.post(url_of("confirm", sheet), {"version": sheet.version}, follow=True)

    assert "El grupo cambió mientras tanto" in response.content.decode()
    assert marks(first) == ["present"] * 3


def test_a_second_click_finds_the_list_written(client, coach, group, people):
    sheet = upload(group, csv_of((people[0].file_number, 1, "Sí")))

    for _each in range(2):
        response = client.post(url_of("confirm", sheet), {"version": 1}, follow=True)
        told = [(each.level_tag, str(each)) for each in response.context["messages"]]
        assert told == [("success", "Asistencia guardada.")]

    assert Activity.objects.filter(verb="sheet.written").count() == 1


def test_a_list_of_more_rows_than_a_page_holds_goes_on(client, coach, group):
    rows = [(f"GS-1999-{each:05}", 1, "Presente") for each in range(1, 27)]
    sheet = upload(group, csv_of(*rows))

    page = client.get(sheet.get_absolute_url()).context["page"]
    assert [row.sheet_row for row in page.rows] == list(range(2, 27))
    rest = client.get(sheet.get_absolute_url(), {"despues": page.after}).context["page"]
    assert [(row.sheet_row, row.who) for row in rest.rows] == [(27, "GS-1999-00026")]
    back = client.get(sheet.get_absolute_url(), {"antes": rest.before}).context["page"]
    assert back.rows == page.rows


def pages_of(group):
    sheet = upload(group, csv_of(("GS-1999-00001", 1, "Presente")))
    pages = [url_of("create", group), url_of("template", group)]
    pages += [url_of("detail", sheet), url_of("errors", sheet)]
    return sheet, pages


def test_a_group_of_another_office_is_not_there(client, group):
    sheet, pages = pages_of(group)
    client.force_login(UserFactory(role=Role.COACH, at=OrganizationFactory()))

    assert {client.get(url).status_code for url in pages} == {404}
    assert client.post(url_of("confirm", sheet), {"version": 1}).status_code == 404


def test_who_leads_a_group_and_works_elsewhere_now_writes_nothing(client, group):
    sheet, pages = pages_of(group)
    former = group.facilitator
    former.role_assignments.update(organization=OrganizationFactory())
    client.force_login(former)

    assert {client.get(url).status_code for url in pages} == {403}
    assert client.post(url_of("discard", sheet), {"version": 1}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_queries(client, coach, group, people, count):
    sheet = upload(group, csv_of(*[(each.file_number, 1, "Sí") for each in people[:count]]))
    pages = {
        url_of("create", group): 6,
        url_of("template", group): 7,
        url_of("detail", sheet): 12,
        url_of("errors", sheet): 6,
    }

    asked = {}
    for url in pages:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        asked[url] = len(queries)

    assert asked == pages
    with CaptureQueriesContext(connection) as queries:
        upload(group, csv_of(*[(each.file_number, 2, "Sí") for each in people[:count]]))
    assert len(queries) == 15
