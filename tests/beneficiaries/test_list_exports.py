"""The list of people as a file: exactly those who were confirmed, by whom and for what."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.conf import settings as project
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog, RoleAssignment
from accounts.roles import Role
from beneficiaries.actions import list_exports as actions
from beneficiaries.actions.erasing import erase_person
from beneficiaries.actions.list_exports import ask_for_export, decide_export, erase_old_exports
from beneficiaries.choices import ErasureKind, ExportDecision, ExportFormat
from beneficiaries.columns import COLUMNS
from beneficiaries.exports import cells_of_people, export_columns, reference_key
from beneficiaries.jobs import make_export, see_to_exports
from beneficiaries.models import ListExport, Person
from genesis.lib.background import PAUSE, WorkState
from genesis.lib.codes import person_ref
from genesis.lib.sensitivity import D1
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import ContactFactory, PersonFactory
from tests.workers import kill_group, wait_until

pytestmark = pytest.mark.django_db
CREATE = "beneficiaries:export_create"
WORD = {"password": "una clave muy larga"}


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office, **WORD)
    enter(client, user)
    return user


def enter(client, user):
    client.cookies.clear()
    client.force_login(user)


def confirm(client, address, **answers):
    """Look at the page that asks to confirm, and send it as it stands."""
    url = f"{reverse(CREATE)}?{address}"
    shown = client.get(url)
    asked = {
        "key": str(shown.context["form"]["key"].value()),
        "sello": shown.context["found"].seal,
        "purpose": "Reunión de equipo",
        "named": "no",
        "file_format": "xlsx",
    }
    return client.post(url, asked | answers)


def taken(response):
    """What came back from a download: its lines, header first."""
    content = b"".join(response.streaming_content)
    if response.headers["Content-Type"].startswith("text/csv"):
        return list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def fetch(client, export):
    return client.get(reverse("beneficiaries:export_file", args=[export.public_id]))


def ask(by, people, **changes):
    answers = {
        "key": uuid4(),
        "columns": ["sector", "registro"],
        "filters": [],
        "file_format": ExportFormat.XLSX,
        "named": False,
        "purpose": "Reunión de equipo",
    }
    return ask_for_export([each.pk for each in people], by=by, **answers | changes)


def files():
    return [path for path in Path(project.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_exactly_the_filtered_list_goes_out(client, coordinator, office, file_format):
    paz = [PersonFactory(office=office, surnames=f"Paz {letter}") for letter in "BA"]
    PersonFactory(office=office, surnames="Rivas")
    PersonFactory(surnames="Paz C")  # of another office

    response = confirm(client, "todas=1&nombre=paz", file_format=file_format)

    export = ListExport.objects.get()
    assert response.url == export.get_absolute_url()
    assert export.ids == [paz[1].pk, paz[0].pk]
    assert export.filters == ["Nombre: …"]  # nobody's name is kept
    header, *rows = taken(fetch(client, export))
    references = {person_ref(pk, key=reference_key(export)) for pk in export.ids}
    assert [row[0] for row in rows] == sorted(references)  # the order of names would tell them
    assert header[0] == "Referencia"
    assert "Paz" not in str(rows)
    read = ReadLog.objects.filter(kind=ReadKind.EXPORT).get()
    assert (read.actor, read.persons) == (coordinator, sorted(export.ids))
    assert Activity.objects.filter(verb__startswith="export.").count() == 1


def test_the_order_of_the_list_is_that_of_the_file(client, coordinator, office):
    old, new = (PersonFactory(office=office, registered_on=date(2026, day, 1)) for day in (1, 2))

    confirm(client, "todas=1&orden=-registered_on")

    assert ListExport.objects.get().ids == [new.pk, old.pk]


def test_only_the_chosen_go_out_and_nobody_of_another_office(client, coordinator, office):
    one, _other, foreign = PersonFactory(office=office), PersonFactory(office=office), None
    foreign = PersonFactory()

    confirm(client, f"persona={one.public_id}&persona={foreign.public_id}&persona=x")

    assert ListExport.objects.get().ids == [one.pk]


def test_without_names_nothing_tells_who_somebody_is(client, coordinator, office):
    person = PersonFactory(office=office, birth_date=date(1990, 5, 10))
    ContactFactory(person=person, phone_1="+50370001234")
    keys = ["distrito", "sexo", "edad", "telefono", "sector", "registro"]

    confirm(client, "todas=1&columnas=" + ",".join(keys))

    header, row = taken(fetch(client, ListExport.objects.get()))
    assert header == ["Referencia", "Departamento", "Sexo", "Edad", "Sector", header[5]]
    assert (row[3], row[5]) == ("36-50", f"{person.registered_on:%Y-%m}")
    assert header[5] == "Registro (mes)"
    assert person.place.rpartition(", ")[2] == row[1] != person.place
    for told in (person.file_number, person.surnames, person.given_names, "70001234"):
        assert told not in str(row)


@pytest.mark.parametrize("key", COLUMNS)
def test_a_column_goes_out_without_names_only_when_it_is_common_knowledge_or_coarse(office, key):
    user = UserFactory(role=Role.CASEWORKER, at=office)  # reads all of D3 of her own
    shown, told = (export_columns(user, [key], named=each) for each in (True, False))

    who = COLUMNS[key].fixed or key == "responsable"
    common = COLUMNS[key].level == D1 and not who
    expected = {"distrito": ["departamento"], "departamento": [key], "sexo": [key], "edad": [key]}
    assert key in [each.key for each in shown]
    assert [each.key for each in told[1:]] == expected.get(key, [key] if common else [])


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_without_names_a_day_is_its_month_and_an_empty_one_stays_empty(
    client, coordinator, office, file_format
):
    PersonFactory(office=office, registered_on=date(2026, 3, 17))

    confirm(client, "todas=1&columnas=registro,contacto", file_format=file_format)

    _header, row = taken(fetch(client, ListExport.objects.get()))
    assert [each or "" for each in row[1:]] == ["2026-03", ""]


def test_with_names_the_file_keeps_the_order_of_the_list_and_its_days(coordinator, office):
    people = [PersonFactory(office=office, surnames=each) for each in "CBA"]
    export = ask(coordinator, people, columns=["registro"], named=True)
    columns = export_columns(coordinator, export.columns, named=True)

    rows = list(cells_of_people(export, columns, Person.objects.all(), user=coordinator))

    told = [(each.display_name, each.registered_on) for each in people]
    assert [(row[0], row[-1]) for row in rows] == told


def test_two_files_cannot_be_put_together(client, coordinator, office):
    PersonFactory(office=office)
    for _each in range(2):
        confirm(client, "todas=1", file_format="csv")

    first, again = (taken(fetch(client, each))[1][0] for each in ListExport.objects.all())

    assert first != again


def test_a_list_that_changed_is_confirmed_again(client, coordinator, office):
    PersonFactory(office=office)
    url = f"{reverse(CREATE)}?todas=1"
    shown = client.get(url).context
    PersonFactory(office=office)
    answers = {
        "key": str(shown["form"]["key"].value()),
        "sello": shown["found"].seal,
        "purpose": "Reunión <b>de</b> equipo",
        "named": "no",
        "file_format": "csv",
    }

    refused = client.post(url, answers)

    assert refused.status_code == 409
    html = refused.content.decode()
    assert "La lista cambió" in html
    assert "El archivo lleva 2 personas." in html
    assert "Reunión &lt;b&gt;de&lt;/b&gt; equipo" in html  # what was typed is still there
    assert not ListExport.objects.exists()
    again = client.post(url, answers | {"sello": refused.context["found"].seal})
    assert again.status_code == 302


@pytest.mark.rule("SEC-16")
def test_a_form_sent_twice_is_one_file(client, coordinator, office):
    PersonFactory(office=office)
    url = f"{reverse(CREATE)}?todas=1"
    shown = client.get(url).context
    answers = {
        "key": str(shown["form"]["key"].value()),
        "sello": shown["found"].seal,
        "purpose": "Reunión",
        "named": "no",
        "file_format": "xlsx",
    }

    first, again = client.post(url, answers), client.post(url, answers)
    other = client.post(url, answers | {"purpose": "Otra cosa"})

    assert first.url == again.url == ListExport.objects.get().get_absolute_url()
    assert other.status_code == 409
    assert len(files()) == 1


@pytest.mark.rule("SEC-16")
@pytest.mark.parametrize("left", [0, 2])
def test_a_form_sent_again_finds_its_file_whoever_is_in_the_list_now(
    client, coordinator, office, left
):
    person = PersonFactory(office=office)
    url = f"{reverse(CREATE)}?todas=1"
    shown = client.get(url).context
    answers = {
        "key": str(shown["form"]["key"].value()),
        "sello": shown["found"].seal,
        "purpose": "Reunión",
        "named": "no",
        "file_format": "csv",
    }

    first = client.post(url, answers)
    if left:
        PersonFactory(office=office)
    else:
        Person.objects.filter(pk=person.pk).update(office=OrganizationFactory())
    again = client.post(url, answers)

    assert first.url == again.url == ListExport.objects.get().get_absolute_url()
    assert client.post(url, answers | {"purpose": "Otra cosa"}).status_code == 409


def test_who_gives_up_goes_back_to_the_list_as_it_was(client, coordinator, office):
    PersonFactory(office=office)
    kept = "sector=construction&orden=-sort_name&columnas=edad"

    html = client.get(f"{reverse(CREATE)}?todas=1&{kept}").content.decode()

    assert f'{reverse("beneficiaries:person_list")}?{kept.replace("&", "&amp;")}">Cancelar' in html


def test_bad_answers_are_said_at_their_fields(client, coordinator, office):
    PersonFactory(office=office)

    response = confirm(client, "todas=1", purpose=" ", named="quizás", file_format="exe")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"purpose", "named", "file_format"}
    assert not ListExport.objects.exists()


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("", "vista="),
        ("persona=x", "vista="),
        ("persona=x&orden=-sort_name", "orden=-sort_name"),
        ("todas=1&nombre=zz", "nombre=zz"),
    ],
)
def test_nobody_to_take_out_leads_back_to_the_list(client, coordinator, office, address, kept):
    PersonFactory(office=office)

    response = client.get(f"{reverse(CREATE)}?{address}")

    assert response.url == f"{reverse('beneficiaries:person_list')}?{kept}"


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.REGISTRAR, Role.EVALUATOR])
def test_other_roles_take_no_list_out(client, office, role):
    enter(client, UserFactory(role=role, at=office))

    assert client.get(f"{reverse(CREATE)}?todas=1").status_code == 403


def test_an_action_takes_out_only_those_of_the_own_offices(office):
    by, own, foreign = UserFactory(coordinator=True, at=office), PersonFactory(), PersonFactory()
    Person.objects.filter(pk=own.pk).update(office=office)

    with pytest.raises(actions.NotForExport):
        ask(by, [own, foreign])
    with pytest.raises(actions.NotForExport):
        ask(by, [])

    assert not ListExport.objects.exists()


HOSTILE = [
    "=1+1",
    "+50370001234",
    "@SUM(A1)",
    "-2+3",
    "\u200b=1",
    "<b>x</b>",
    "ñ\u202eX",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_name_is_text_and_runs_as_nothing(client, coordinator, office, name, file_format):
    PersonFactory(office=office, given_names=name, surnames="", birth_date=date(1990, 5, 10))
    keys = "columnas=edad,registro"
    confirm(client, f"todas=1&{keys}", file_format=file_format, named="si")
    export = ListExport.objects.get()
    agree(export)

    _header, row = taken(fetch_again(client, export))

    assert row[0] in {name, f"'{name}"}
    assert row[0][0] not in "=+-@\u200b"
    expected = ["36", "2026-03-02"] if file_format == "csv" else [36, timezone.datetime(2026, 3, 2)]
    assert row[2:] == expected  # a number stays a number, a day a day


def agree(export, *, by=None, granted=True):
    by = by or UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    decided = decide_export(export, version=export.version, granted=granted, answer="", by=by)
    actions.make_small(decided)
    export.refresh_from_db()


def fetch_again(client, export):
    """Prove who one is, as the page asks, and fetch."""
    asked = fetch(client, export)
    assert asked.status_code == 302
    assert asked.url.startswith(reverse("account_reauthenticate"))
    client.post(asked.url, WORD)
    return fetch(client, export)


def test_names_go_out_only_when_a_second_person_agreed(client, coordinator, office):
    person = PersonFactory(office=office)
    confirm(client, "todas=1", named="si")
    export = ListExport.objects.get()

    assert export.waits_for_somebody
    assert fetch(client, export).status_code == 404
    see_to_exports()
    make_export(export_id=export.pk)
    assert files() == []
    with pytest.raises(actions.NotToDecide):
        agree(export, by=coordinator)

    agree(export)

    header, row = taken(fetch_again(client, export))
    assert header[:2] == ["Persona", "Número de expediente"]
    assert row[:2] == [person.display_name, person.file_number]
    with pytest.raises(actions.NotToDecide):
        agree(export)


def test_the_second_person_sees_who_asks_and_for_what_and_no_names(client, coordinator, office):
    person = PersonFactory(office=office)
    confirm(client, "todas=1", named="si", purpose="Acto de entrega")
    export = ListExport.objects.get()
    second = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    enter(client, second)
    url = reverse("beneficiaries:export_decide", args=[export.public_id])

    queue = client.get(reverse("beneficiaries:export_queue")).content.decode()
    page = client.get(url).content.decode()
    silent = client.post(url, {"decision": "refuse", "note": "", "version": "1"})
    client.post(url, {"decision": "refuse", "note": "Basta sin nombres.", "version": "1"})

    assert "Acto de entrega" in queue
    assert "Acto de entrega" in page
    assert person.surnames not in queue + page
    assert set(silent.context["form"].errors) == {"note"}
    export.refresh_from_db()
    assert (export.decision, export.decided_by) == (ExportDecision.REFUSED, second)
    assert client.get(url).status_code == 404  # it was answered
    enter(client, coordinator)
    assert "Basta sin nombres." in client.get(export.get_absolute_url()).content.decode()
    assert fetch(client, export).status_code == 404


def test_nobody_agrees_to_their_own_file(client):
    user = UserFactory(programme_coordinator=True)
    enter(client, user)
    export = ask(user, [PersonFactory()], named=True)
    url = reverse("beneficiaries:export_decide", args=[export.public_id])

    assert client.get(url).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        ListExport.objects.update(
            decision="granted", decided_by=F("asked_by"), decided_at=timezone.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ListExport.objects.update(decision="not_needed")
    with pytest.raises(IntegrityError), transaction.atomic():
        ListExport.objects.update(ready_at=timezone.now())


def test_a_page_that_is_old_does_not_decide(client, coordinator, office):
    PersonFactory(office=office)
    confirm(client, "todas=1", named="si")
    export = ListExport.objects.get()
    enter(client, UserFactory(programme_coordinator=True))
    url = reverse("beneficiaries:export_decide", args=[export.public_id])

    response = client.post(url, {"decision": "grant", "note": "", "version": "7"})

    assert response.status_code == 409
    export.refresh_from_db()
    assert export.waits_for_somebody


# Who may fetch it


def test_only_who_asked_fetches_it(client, coordinator, office):
    export = ask(coordinator, [PersonFactory(office=office)])
    actions.make_small(export)
    enter(client, UserFactory(coordinator=True, at=office))

    assert fetch(client, export).status_code == 404
    assert client.get(export.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_who_lost_the_role_meanwhile_does_not_get_it(client, coordinator, office, file_format):
    export = ask(coordinator, [PersonFactory(office=office)], file_format=file_format)
    actions.make_small(export)
    yesterday = timezone.localdate() - timedelta(days=1)
    RoleAssignment.objects.filter(user=coordinator).update(valid_until=yesterday)

    assert fetch(client, export).status_code == 403
    assert not ReadLog.objects.filter(kind=ReadKind.EXPORT).exists()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_asking_whether_there_is_a_file_takes_nothing_out(client, coordinator, office, file_format):
    export = ask(coordinator, [PersonFactory(office=office)], file_format=file_format)
    actions.make_small(export)

    response = client.head(reverse("beneficiaries:export_file", args=[export.public_id]))

    assert response.status_code == 405
    assert not ReadLog.objects.filter(kind=ReadKind.EXPORT).exists()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_with_somebody_who_went_elsewhere_stays_here(
    client, coordinator, office, file_format
):
    people = PersonFactory.create_batch(2, office=office)
    export = ask(coordinator, people, file_format=file_format)
    actions.make_small(export)
    Person.objects.filter(pk=people[0].pk).update(office=OrganizationFactory())

    page = client.get(export.get_absolute_url())

    assert fetch(client, export).status_code == 403
    assert not page.context["may_fetch"]
    assert "Vuelva a pedir la lista" in page.content.decode()


def test_a_column_that_the_role_reads_no_more_keeps_the_file_here(client, office):
    """A caseworker who also coordinates reads the trades of people; a role alone may not."""
    user = UserFactory(coordinator=True, at=office)
    export = ask(user, [PersonFactory(office=office)], columns=["ocupacion"])
    assert export.columns == ["nombre", "numero", "ocupacion"]

    ListExport.objects.update(columns=["nombre", "numero", "ocupacion", "retirada"])
    export.refresh_from_db()

    assert not actions.may_fetch(export, user)


def test_of_those_who_are_gone_when_it_is_made_nothing_is_written(client, coordinator, office):
    here, gone = PersonFactory.create_batch(2, office=office)
    export = ask(coordinator, [here, gone])
    Person.objects.filter(pk=gone.pk).update(office=OrganizationFactory())

    make_export(export_id=export.pk)

    export.refresh_from_db()
    assert (export.ids, export.total, export.done) == ([here.pk], 2, 1)
    assert "no se incluyó" in client.get(export.get_absolute_url()).content.decode()
    assert len(taken(fetch(client, export))) == 2


def test_the_file_is_erased_after_some_days(
    client, coordinator, office, django_capture_on_commit_callbacks
):
    kept = ask(coordinator, [PersonFactory(office=office)])
    streamed = ask(coordinator, [PersonFactory(office=office)], file_format=ExportFormat.CSV)
    actions.make_small(kept)
    assert len(files()) == 1
    assert erase_old_exports() == 0

    ListExport.objects.update(ready_at=timezone.now() - timedelta(days=3, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        see_to_exports()

    assert files() == []
    for each in (kept, streamed):
        assert fetch(client, each).status_code == 404
        assert "se borró" in client.get(each.get_absolute_url()).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        ListExport.objects.update(file="lists/x.xlsx")


def test_a_list_that_is_filtered_says_so_in_the_workbook(client, coordinator, office):
    PersonFactory(office=office, surnames="Paz")
    confirm(client, "todas=1&nombre=paz", purpose="=Para el acto")
    export = ListExport.objects.get()

    response = fetch(client, export)
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))

    about = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert about["Filtros"] == "Nombre: …"
    assert about["Personas"] == 1
    assert about["Para qué es"] == "'=Para el acto"
    assert about["Archivo"] == str(export.public_id)
    assert response.headers["Content-Disposition"].endswith(f'{export.file_name}"')


# Many of them


def many(office, count):
    people = PersonFactory.build_batch(count, office=office, district=None)
    return Person.objects.bulk_create(people)


def test_two_thousand_are_made_at_once_and_one_more_is_not(coordinator, office, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    few, more = ask(coordinator, many(office, 2)), ask(coordinator, many(office, 3))

    for each in (few, more):
        actions.make_small(each)

    assert [each.is_done for each in ListExport.objects.order_by("pk")] == [True, False]
    see_to_exports()  # asks again
    make_export(export_id=more.pk)
    more.refresh_from_db()
    assert (more.is_done, more.done) == (True, 3)


def test_asking_how_far_it_is_loads_no_people(client, coordinator, office, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    export = ask(coordinator, many(office, 2))

    with CaptureQueriesContext(connection) as queries:
        client.get(export.get_absolute_url(), headers={"HX-Target": "progress"})

    assert [each["sql"] for each in queries if '"ids"' in each["sql"]] == []


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_whose_days_are_over_is_not_handed_out_before_it_is_erased(
    client, coordinator, office, file_format
):
    export = ask(coordinator, [PersonFactory(office=office)], file_format=file_format)
    actions.make_small(export)
    assert taken(fetch(client, export))

    ListExport.objects.update(ready_at=timezone.now() - timedelta(days=3))

    assert fetch(client, export).status_code == 404
    assert "se borró" in client.get(export.get_absolute_url()).content.decode()
    assert "Borrado" in client.get(reverse("beneficiaries:export_list")).content.decode()
    assert "Lista de personas de" not in client.get("/?parte=equipo").content.decode()


@pytest.mark.rule("CASE-38")
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_files_that_hold_somebody_go_when_her_data_are_erased(
    client, coordinator, office, file_format, django_capture_on_commit_callbacks
):
    gone, stays = PersonFactory.create_batch(2, office=office)
    held = ask(coordinator, [gone, stays], file_format=file_format)
    other = ask(coordinator, [stays], file_format=file_format)
    for each in (held, other):
        actions.make_small(each)

    with django_capture_on_commit_callbacks(execute=True):
        erase_person(gone, ErasureKind.IDENTITY)

    assert fetch(client, held).status_code == 404
    assert len(taken(fetch(client, other))) == 2
    assert len(files()) == (file_format == "xlsx")
    for name, args in (("export_detail", [held.public_id]), ("export_list", [])):
        page = client.get(reverse(f"beneficiaries:{name}", args=args)).content.decode()
        assert "se eliminaron los datos de alguien" in page


def test_what_is_protected_is_in_no_file_and_its_erasing_leaves_them(client, coordinator, office):
    person = PersonFactory(office=office)
    export = ask(coordinator, [person], file_format="csv")

    erase_person(person, ErasureKind.SENSITIVE)

    assert len(taken(fetch(client, export))) == 2


def test_a_file_that_is_being_made_while_her_data_are_erased_is_not_kept(
    coordinator, office, monkeypatch
):
    person = PersonFactory(office=office)
    export = ask(coordinator, [person])
    write = actions.write_list

    def write_and_erase(*args):
        """Between the reading of the people and the keeping of the file."""
        count = write(*args)
        erase_person(person, ErasureKind.IDENTITY)
        return count

    monkeypatch.setattr(actions, "write_list", write_and_erase)

    actions.make_small(export)

    export.refresh_from_db()
    assert (export.file.name, export.is_ready, files()) == ("", False, [])


def test_old_files_are_erased_without_loading_their_people(coordinator, office):
    ask(coordinator, [PersonFactory(office=office)], file_format=ExportFormat.CSV)
    ListExport.objects.update(ready_at=timezone.now() - timedelta(days=3, minutes=1))

    with CaptureQueriesContext(connection) as queries:
        assert erase_old_exports() == 1

    assert [each["sql"] for each in queries if '"ids"' in each["sql"]] == []


def test_only_those_that_wait_and_may_be_made_are_asked_for_again(
    coordinator, office, monkeypatch, django_capture_on_commit_callbacks
):
    """Of those that were made long ago, and of those that were refused, nothing is loaded."""
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    person = PersonFactory(office=office)
    made, waiting = ask(coordinator, [person]), ask(coordinator, [person])
    make_export(export_id=made.pk)
    refused = ask(coordinator, [person], named=True)
    agree(refused, granted=False)

    with (
        CaptureQueriesContext(connection) as queries,
        django_capture_on_commit_callbacks() as asked,
    ):
        see_to_exports()

    assert [each.keywords["kwargs"] for each in asked] == [{"export_id": waiting.pk}]
    agreed = [each["sql"] for each in queries if '"decision" IN' in each["sql"]]
    assert len(agreed) == 1
    assert str(waiting.pk) in agreed[0].partition('"id" IN')[2]


@pytest.mark.rule("SEC-19")
@pytest.mark.django_db(transaction=True)
def test_more_than_two_thousand_are_made_by_a_worker_once_though_it_is_killed(
    client, office, start_worker, ask_task, media_root
):
    """The first worker is killed while it writes; after a while another makes the one file."""
    user = UserFactory(coordinator=True, at=office)
    enter(client, user)
    export = ask(user, many(office, 2001))
    assert export.is_being_made
    assert "You may" not in client.get(export.get_absolute_url()).content.decode()
    first = start_worker()
    ask_task("beneficiaries.jobs.make_export", export_id=export.pk)
    wait_until(lambda: state_of(export)["attempts"] == 1, "the first worker is at it")
    kill_group(first)
    stopped = state_of(export)

    ListExport.objects.filter(work_state=WorkState.RUNNING).update(
        attempted_at=timezone.now() - PAUSE - timedelta(seconds=1)
    )
    start_worker()
    ask_task("beneficiaries.jobs.make_export", export_id=export.pk)
    wait_until(lambda: state_of(export)["work_state"] == WorkState.DONE, "the file is made")

    assert stopped["done"] <= 2001
    assert len([each for each in files() if each.suffix == ".xlsx"]) == 1
    assert state_of(export)["done"] == 2001
    assert len(taken(fetch(client, export))) == 2002


def state_of(export):
    return ListExport.objects.values("work_state", "attempts", "done").get(pk=export.pk)


@pytest.mark.django_db(transaction=True)
def test_how_far_it_is_is_seen_before_it_is_done(coordinator, office, monkeypatch):
    monkeypatch.setattr(actions, "STEP", 2)
    export, seen = ask(coordinator, many(office, 5)), []
    write = actions.write_list

    def slowly(file, export, columns, rows):
        def watched():
            for row in rows:
                seen.append(state_of(export)["done"])
                yield row

        return write(file, export, columns, watched())

    monkeypatch.setattr(actions, "write_list", slowly)
    actions.make_small(export)

    assert seen == [0, 2, 2, 4, 4]
    assert state_of(export)["done"] == 5


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_queries(client, coordinator, office, count):
    people = PersonFactory.create_batch(count, office=office)
    for _each in range(count):
        export = ask(coordinator, people)
        named = ask(coordinator, people, named=True)
    actions.make_small(export)
    decide = reverse("beneficiaries:export_decide", args=[named.public_id])
    asked = {}

    def look(name, url):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
            if response.streaming:
                taken(response)
        asked[name] = len(queries)

    look("create", f"{reverse(CREATE)}?todas=1")
    look("list", reverse("beneficiaries:export_list"))
    look("detail", export.get_absolute_url())
    look("file", reverse("beneficiaries:export_file", args=[export.public_id]))
    enter(client, UserFactory(role=Role.DATA_PROTECTION_OFFICER))
    look("queue", reverse("beneficiaries:export_queue"))
    look("decide", decide)

    assert asked == {"create": 7, "list": 5, "detail": 6, "file": 6, "queue": 5, "decide": 5}


def test_today_tells_of_files_and_of_those_to_agree_to(client, coordinator, office):
    actions.make_small(ask(coordinator, [PersonFactory(office=office)], purpose="Acta"))
    ask(coordinator, [PersonFactory(office=office)], named=True, purpose="Entrega")

    hers = client.get("/?parte=equipo").content.decode()
    enter(client, UserFactory(role=Role.DATA_PROTECTION_OFFICER))
    theirs = client.get("/?parte=equipo").content.decode()

    assert "Acta" in hers
    assert "Mis archivos" in hers
    assert "Entrega" not in hers  # it waits for somebody else
    assert "Entrega" in theirs
