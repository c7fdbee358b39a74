"""Importing people in the browser: upload, columns, check, confirm, and the queue after it."""

import zipfile
from io import BytesIO
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from beneficiaries.choices import ImportStage, RowOutcome
from beneficiaries.models import HeadCount, ImportRow, PeopleImport, Person, Task
from tests.beneficiaries.answers import dui
from tests.beneficiaries.importing import files_left, imported, run
from tests.beneficiaries.workbooks import XLSX, content, line, upload
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    DistrictFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = pytest.mark.django_db
CREATE = "beneficiaries:import_create"


@pytest.fixture(autouse=True)
def small(db):
    NoticeFactory()
    PhaseFactory()
    LookupFactory(code="US", es="Estados Unidos", en="United States")
    LookupFactory(list="return_type", code="deported", es="Deportación", en="Deportation")
    return DistrictFactory()


@pytest.fixture
def registrar(client, office):
    user = UserFactory(registrar=True, at=office)
    client.force_login(user)
    return user


def url_of(name, record):
    return reverse(f"beneficiaries:import_{name}", args=[record.public_id])


def sent(client, file, **changes):
    office = PeopleImport._meta.get_field("office").related_model.objects.get(code="soyapango")
    typed = {"key": str(uuid4()), "office": office.pk, "phase": "", "file": file}
    return client.post(reverse(CREATE), typed | changes)


def checked(client, *lines):
    """Upload a workbook, agree to its columns, and let the worker check it."""
    response = sent(client, upload(*lines))
    assert response.status_code == 302, response.context["form"].errors
    form = client.get(response.url).context["form"]
    answers = {name: form[name].value() for name in form.fields}
    response = client.post(response.url, answers)
    batch = PeopleImport.objects.order_by("pk").last()
    assert response.url == batch.get_absolute_url()
    return run(batch)


LINES = [
    line(1),
    line(2, Nombres="Rosa b", DUI=None),
    line(3, DUI=dui(90000001)),
    line(4, **{"Municipio": "Nada", "Observaciones": "=1+1", "Acepta datos sensibles": "Sí"}),
    line(5, Consentimiento="no", Nombres="Xiomara"),
]


def test_a_workbook_goes_from_upload_to_the_last_possible_duplicate(client, registrar, office):
    batch = checked(client, *LINES)

    page = client.get(batch.get_absolute_url())
    assert [number for _outcome, number in page.context["counts"]] == [1, 1, 1, 1, 1]
    assert not Person.objects.exists()
    html = page.content.decode()
    assert "Xiomara" not in html
    assert "Municipio: " in html

    client.post(url_of("confirm", batch), {"version": batch.version})
    waiting = client.get(batch.get_absolute_url())
    assert waiting.context["running"]
    run(batch)

    done = client.get(batch.get_absolute_url())
    assert (done.context["running"], done.context["to_decide"]) == (False, 1)
    person = Person.objects.get()
    assert person.get_absolute_url() in done.content.decode()
    assert (person.office, HeadCount.objects.get().office) == (office, office)

    row = batch.rows.get(outcome=RowOutcome.POSSIBLE_DUPLICATE)
    decide = reverse("beneficiaries:import_row_decide", args=[row.public_id])
    assert list(client.get(decide).context["like"]) == [person]
    response = client.post(decide, {"version": row.version, "likeness": "same", "of": person.pk})
    assert response.url == batch.get_absolute_url()
    row.refresh_from_db()
    assert (row.likeness, row.person) == ("same", person)
    assert client.get(decide).status_code == 404
    assert Person.objects.count() == 1


def test_the_columns_are_proposed_by_their_names(client, registrar):
    response = sent(client, upload(line(1)))

    form = client.get(response.url).context["form"]
    assert form["given_names"].value() == "Nombres"
    assert form["work_end"].value() == "Fin trabajo exterior"
    assert ("N°", "N°") in form.fields["notes"].choices
    assert form.fields["consent"].required
    assert not form.fields["phone"].required


@pytest.mark.rule("SEC-16")
def test_the_same_upload_twice_is_one_batch(client, registrar):
    key = str(uuid4())

    addresses = {sent(client, upload(line(1)), key=key).url for _each in range(2)}

    batch = PeopleImport.objects.get()
    assert addresses == {url_of("map", batch)}


@pytest.mark.rule("SEC-16")
def test_another_file_under_the_same_key_is_refused(client, registrar):
    key = str(uuid4())
    sent(client, upload(line(1)), key=key)

    response = sent(client, upload(line(2)), key=key)

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    assert PeopleImport.objects.count() == 1


# Files that are none


def bomb():
    """A small file of which one part unpacks to more than the machine should hold."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (101 * 1024 * 1024))
    return file.getvalue()


def far_corner():
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content(line(1)))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>'
                )
            new.writestr(name, part)
    return file.getvalue()


def entities():
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return file.getvalue()


UNREADABLE = {
    "nothing": (lambda: b"", "vacío"),
    "html": (lambda: b"<html><script>alert(1)</script></html>", "No se puede leer"),
    "csv": (lambda: b"Nombres;Apellidos\nRosa;Paz\n", "No se puede leer"),
    "zip": (lambda: b"PK\x03\x04", "No se puede leer"),
    "bomb": (bomb, "demasiado grande"),
    "far corner": (far_corner, "demasiado grande"),
    "entities": (entities, "No se puede leer"),
    "no header": (lambda: content(line(1), columns=["a", "b"]), "Ninguna línea"),
    "no lines": (lambda: b"PK\x05\x06" + b"\0" * 18, "No se puede leer"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_workbook_is_refused_at_its_field(client, registrar, name):
    make, words = UNREADABLE[name]
    file = SimpleUploadedFile("registro.xlsx", make(), content_type=XLSX)

    response = sent(client, file)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"file"}
    assert words.lower() in str(response.context["form"].errors["file"]).lower()
    assert not PeopleImport.objects.exists()
    assert files_left() == []


@pytest.mark.parametrize(
    ("name", "words"), [("registro.csv", ".xlsx"), ("registro.xlsx.exe", ".xlsx"), ("a", ".xlsx")]
)
def test_a_file_of_another_kind_is_refused_by_its_name(client, registrar, name, words):
    response = sent(client, SimpleUploadedFile(name, content(line(1))))

    assert response.status_code == 422
    assert words in str(response.context["form"].errors["file"])


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.xlsx", "CON.xlsx", "a" * 250 + ".xlsx", "\u202exslx.xlsx", "<b>ñ</b>.XLSX"],
)
def test_a_file_may_be_called_anything_and_lies_under_a_name_of_ours(client, registrar, name):
    response = sent(client, SimpleUploadedFile(name, content(line(1)), content_type=XLSX))

    assert response.status_code == 302
    batch = PeopleImport.objects.get()
    (path,) = files_left()
    assert path.parent.name == "imports"
    assert path.is_relative_to(project.MEDIA_ROOT)
    assert len(path.stem) == 36
    assert len(batch.file_name) <= 150
    html = client.get(reverse("beneficiaries:import_list")).content.decode()
    assert "<b>ñ" not in html


def test_a_file_that_is_too_large_is_refused(client, registrar, settings):
    settings.UPLOAD_LIMIT = 1000

    response = sent(client, upload(line(1)))

    assert response.context["form"].errors == {"file": ["El archivo pesa más de 10 MB."]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"file": ""}, "file"), ({"office": "999"}, "office"), ({"phase": "x"}, "phase")],
)
def test_an_upload_without_what_it_needs_is_refused(client, registrar, changes, field):
    office = registrar.role_assignments.get().organization_id
    typed = {"key": str(uuid4()), "office": office, "file": upload(line(1))}

    response = client.post(reverse(CREATE), typed | changes)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}


def test_a_sheet_that_stands_behind_another_is_found(client, registrar):
    book = load_workbook(BytesIO(content(line(1))))
    book.create_sheet("Portada", 0)["A1"] = "Registro"
    file = BytesIO()
    book.save(file)

    response = sent(client, SimpleUploadedFile("r.xlsx", file.getvalue(), content_type=XLSX))

    assert response.status_code == 302
    assert PeopleImport.objects.get().total == 1


def test_a_file_with_people_on_two_sheets_is_refused_at_its_field(client, registrar):
    book = load_workbook(BytesIO(content(line(1), title=False)))
    book.copy_worksheet(book.active).title = "Junio"
    file = BytesIO()
    book.save(file)

    response = sent(client, SimpleUploadedFile("r.xlsx", file.getvalue(), content_type=XLSX))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"file"}
    assert "hay personas también en otras: Junio." in response.content.decode()
    assert not PeopleImport.objects.exists()
    assert files_left() == []


def test_a_file_with_more_rows_than_are_taken_is_refused_at_its_field(client, registrar, settings):
    settings.IMPORT_MAX_ROWS = 1

    response = sent(client, upload(line(1), line(2)))

    assert response.status_code == 422
    assert "tiene 2 filas" in str(response.context["form"].errors["file"])
    assert not PeopleImport.objects.exists()
    assert files_left() == []


def test_a_workbook_without_people_ends_without_people(client, registrar):
    batch = checked(client)

    client.post(url_of("confirm", batch), {"version": batch.version})
    run(batch)

    assert (batch.state, batch.total) == (ImportStage.IMPORTED, 0)


# Columns


@pytest.fixture
def uploaded(client, registrar):
    sent(client, upload(line(1)))
    return PeopleImport.objects.get()


def mapping(batch, **changes):
    return batch.mapping | {"version": batch.version} | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given_names": ""}, "given_names"),
        ({"consent": ""}, "consent"),
        ({"registration_date": ""}, "registration_date"),
        ({"phone": "Una columna que no hay"}, "phone"),
        ({"version": "x"}, "version"),
    ],
)
def test_columns_that_do_not_fit_are_refused_at_their_field(client, uploaded, changes, field):
    response = client.post(url_of("map", uploaded), mapping(uploaded, **changes))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    uploaded.refresh_from_db()
    assert uploaded.state == ImportStage.MAPPING


@pytest.mark.rule("SEC-15")
def test_columns_from_an_old_page_answer_409(client, uploaded):
    PeopleImport.objects.update(version=7)

    response = client.post(url_of("map", uploaded), mapping(uploaded))

    assert response.status_code == 409
    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.version) == (ImportStage.MAPPING, 7)


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize("step", ["confirm", "discard"])
def test_a_button_of_an_old_page_changes_nothing(client, registrar, step):
    batch = checked(client, line(1))

    response = client.post(url_of(step, batch), {"version": batch.version - 1}, follow=True)

    assert "cambió mientras tanto" in response.content.decode() or list(
        response.context["messages"]
    )
    batch.refresh_from_db()
    assert batch.state == ImportStage.CHECKED
    assert client.post(url_of(step, batch), {"version": "x"}).status_code == 400


def test_a_step_cannot_be_left_out(client, uploaded):
    response = client.post(url_of("confirm", uploaded), {"version": uploaded.version}, follow=True)

    uploaded.refresh_from_db()
    assert uploaded.state == ImportStage.MAPPING
    assert list(response.context["messages"])


def test_what_is_over_cannot_be_mapped_again(client, registrar, office):
    batch = imported(line(1), office=office)

    response = client.post(url_of("map", batch), mapping(batch))

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    assert Person.objects.count() == 1


def test_the_same_file_again_may_be_looked_at_and_not_confirmed(client, registrar):
    book = content(line(1), line(2, DUI=None))
    for _each in range(2):
        sent(client, SimpleUploadedFile("r.xlsx", book, content_type=XLSX))
    first, second = PeopleImport.objects.order_by("pk")
    for batch in (first, second):
        client.post(url_of("map", batch), mapping(batch))
        run(batch)
    client.post(url_of("confirm", first), {"version": first.version})
    run(first)

    page = client.get(second.get_absolute_url())
    assert page.context["came_before"]
    assert url_of("confirm", second) not in page.content.decode()
    client.post(url_of("confirm", second), {"version": second.version})

    second.refresh_from_db()
    assert second.state == ImportStage.CHECKED
    assert Person.objects.count() == 2


def test_a_discarded_workbook_leaves_nothing(client, registrar, django_capture_on_commit_callbacks):
    batch = checked(client, line(1))

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url_of("discard", batch), {"version": batch.version})

    batch.refresh_from_db()
    assert batch.state == ImportStage.DISCARDED
    assert files_left() == []
    assert "Menjívar Alas" not in client.get(batch.get_absolute_url()).content.decode()


# The rows to correct


@pytest.mark.rule("SEC-6")
def test_the_rows_to_correct_come_as_a_workbook(client, registrar):
    batch = checked(client, *LINES)

    response = client.get(url_of("errors", batch))

    assert response.headers["Content-Type"] == XLSX
    assert response.headers["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(BytesIO(response.content)).active
    assert sheet.max_row == 2
    row = {head.value: cell.value for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (row["Nombres"], row["Municipio"], row["Fila"]) == ("Rosa e", "Nada", 8)
    assert row["Observaciones"] == "'=1+1"
    assert row["Qué corregir"].startswith("Municipio: ")
    assert ReadLog.objects.filter(kind=ReadKind.EXPORT).count() == 1


# What is not theirs


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize("name", ["detail", "map", "errors", "confirm", "discard"])
def test_imports_of_other_offices_are_as_none(client, registrar, name):
    foreign = imported(line(1))
    posts = name in {"confirm", "discard"}

    for record in (foreign, PeopleImport()):
        url = url_of(name, record)
        response = client.post(url, {"version": 1}) if posts else client.get(url)
        assert response.status_code == 404
    assert client.get(reverse("beneficiaries:import_list")).context["page"].rows == []


@pytest.mark.rule("SEC-3", "SEC-4")
def test_rows_of_other_offices_are_as_none(client, registrar):
    PersonFactory(given_names="Rosa b", surnames="Menjívar Alas")
    foreign = imported(line(1)).rows.get()
    assert foreign.outcome == RowOutcome.POSSIBLE_DUPLICATE

    for record in (foreign, ImportRow()):
        url = reverse("beneficiaries:import_row_decide", args=[record.public_id])
        for response in (client.get(url), client.post(url, {"version": 1, "likeness": "unsure"})):
            assert response.status_code == 404


@pytest.mark.rule("SEC-3")
def test_nobody_imports_for_an_office_that_is_not_theirs(client, registrar):
    response = sent(client, upload(line(1)), office=OrganizationFactory().pk)

    assert set(response.context["form"].errors) == {"office"}


@pytest.mark.rule("CASE-1", "SEC-3", "SEC-6")
def test_a_row_that_looks_like_a_file_of_another_office_shows_nothing_of_it(
    client, registrar, office
):
    foreign = PersonFactory(
        given_names="Rosa b",
        surnames="Menjívar Alas",
        file_number="GS-2024-77777",
        office__name="Oficina de la Frontera",
    )
    row = imported(line(1), office=office).rows.get()
    url = reverse("beneficiaries:import_row_decide", args=[row.public_id])

    page = client.get(url)

    html = page.content.decode()
    assert list(page.context["like"]) == []
    assert "Posible duplicado: se avisó a coordinación." in html
    for secret in ("GS-2024-77777", "Frontera", str(foreign.public_id)):
        assert secret not in html
    assert ReadLog.objects.order_by("pk").last().persons == []
    response = client.post(url, {"version": row.version, "likeness": "same", "of": foreign.pk})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"of"}
    response = client.post(url, {"version": row.version, "likeness": "different"})
    assert response.status_code == 422
    assert "otra oficina: se avisó a coordinación" in response.content.decode()
    assert Person.objects.count() == 1
    assert Task.objects.get().person == foreign  # told when it was checked, imported, and decided
    assert Activity.objects.filter(verb="duplicate.met_elsewhere").count() == 3


@pytest.fixture
def queued(registrar, office):
    person = PersonFactory(given_names="Rosa b", surnames="Menjívar Alas", office=office)
    return imported(line(1), office=office).rows.get(), person


@pytest.mark.rule("SEC-6")
def test_the_queue_shows_who_it_may_be_and_logs_it(client, queued):
    row, person = queued

    client.get(reverse("beneficiaries:import_row_decide", args=[row.public_id]))

    assert ReadLog.objects.get().persons == [person.pk]


@pytest.mark.parametrize(
    ("typed", "status", "field"),
    [
        ({"likeness": ""}, 422, "likeness"),
        ({"likeness": "perhaps"}, 422, "likeness"),
        ({"likeness": "open"}, 422, "likeness"),
        ({"likeness": "same"}, 422, "__all__"),
        ({"likeness": "same", "of": "999999"}, 422, "of"),
        ({"likeness": "unsure", "version": "9"}, 409, "__all__"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(client, queued, typed, status, field):
    row, _person = queued
    url = reverse("beneficiaries:import_row_decide", args=[row.public_id])

    response = client.post(url, {"version": row.version} | typed)

    assert response.status_code == status
    assert field in response.context["form"].errors
    row.refresh_from_db()
    assert (row.likeness, row.version) == ("open", 1)


@pytest.mark.parametrize(("likeness", "people"), [("different", 2), ("unsure", 1)])
def test_somebody_else_is_registered_and_a_doubt_stays(client, queued, likeness, people):
    row, _person = queued
    url = reverse("beneficiaries:import_row_decide", args=[row.public_id])

    response = client.post(url, {"version": row.version, "likeness": likeness})

    assert response.url == row.batch.get_absolute_url()
    assert Person.objects.count() == people
    assert client.get(url).status_code == (200 if likeness == "unsure" else 404)


# Lists


def test_the_rows_can_be_narrowed_to_one_outcome(client, registrar):
    batch = checked(client, *LINES)

    for outcome in RowOutcome:
        page = client.get(batch.get_absolute_url(), {"resultado": outcome}).context["page"]
        assert [row.outcome for row in page.rows] == [outcome]
    everything = client.get(batch.get_absolute_url(), {"resultado": "magic"})
    assert len(everything.context["page"].rows) == 5


@pytest.mark.rule("SEC-6")
def test_the_rows_that_are_people_are_in_the_read_log(client, registrar, office):
    batch = imported(line(1), line(2, Municipio="Nada"), office=office)

    client.get(batch.get_absolute_url())

    assert ReadLog.objects.get().persons == [Person.objects.get().pk]


@pytest.mark.parametrize("state", ["checking", "importing", "checked", "imported"])
def test_who_waits_sees_the_whole_page_once_the_work_is_done(client, registrar, state):
    batch = checked(client, line(1))
    PeopleImport.objects.filter(pk=batch.pk).update(state=state, file="")

    response = client.get(
        batch.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "progress"}
    )

    assert ("HX-Refresh" in response.headers) is (state in {"checked", "imported"})


@pytest.mark.parametrize("part", ["progress", "results"])
def test_a_piece_of_the_page_is_answered_alone(client, registrar, part):
    batch = checked(client, line(1))
    PeopleImport.objects.filter(pk=batch.pk).update(state="importing")

    response = client.get(
        batch.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": part}
    )

    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    assert "HX-Target" in response.headers["Vary"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_pages_ask_the_same_queries(client, registrar, office, count):
    for place in range(count):
        lines = [line(10 * place + each) for each in range(1, count + 1)]
        batch = imported(*lines, line(9000 + place, Municipio="Nada"), office=office)
    PersonFactory.create_batch(count, given_names="Ana z", surnames="Menjívar Alas", office=office)
    row = imported(line(99, Nombres="Ana z"), office=office).rows.get()
    pages = {
        reverse("beneficiaries:import_list"): 5,
        batch.get_absolute_url(): 10,
        url_of("map", batch): 5,
        url_of("errors", batch): 7,
        reverse(CREATE): 6,
        reverse("beneficiaries:import_row_decide", args=[row.public_id]): 7,
    }

    asked = {}
    for url in pages:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        asked[url] = len(queries)

    assert asked == pages
