"""Taking an import back as a batch: who goes, who stays and why, and that it is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions.history import record_activity
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import import_undo, imports
from beneficiaries.actions.everything import rows_of_person
from beneficiaries.actions.import_undo import WRITTEN, what_hangs
from beneficiaries.actions.people import change_contact
from beneficiaries.actions.transfers import find_file
from beneficiaries.choices import CaseState, ImportStage, Likeness, RowOutcome, RowUndo
from beneficiaries.indicators import reached
from beneficiaries.models import (
    Case,
    Contact,
    HeadCount,
    HouseholdMember,
    IdentityDocument,
    PeopleImport,
    Person,
    ServiceRecord,
    Suspicion,
)
from genesis.lib.background import WorkState
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.beneficiaries.answers import dui
from tests.beneficiaries.importing import checked, confirm, imported, run
from tests.beneficiaries.workbooks import line
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    AssignmentFactory,
    AttentionFactory,
    ConsentFactory,
    DistrictFactory,
    EnrolmentFactory,
    GroupFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = pytest.mark.django_db
REASON = "Era el archivo de otra oficina."
WORD = {"password": "una clave muy larga"}


@pytest.fixture(autouse=True)
def small(db):
    NoticeFactory()
    PhaseFactory()
    LookupFactory(code="US", es="Estados Unidos", en="United States")
    LookupFactory(list="return_type", code="deported", es="Deportación", en="Deportation")
    return DistrictFactory()


def undo(batch, **changes):
    """Ask that an import be undone, and let the worker do it."""
    values = {"version": batch.version, "reason": REASON, "by": batch.uploaded_by}
    import_undo.undo_import(batch, **values | changes)
    return run(batch)


def undos(batch):
    rows = batch.rows.exclude(undo="").order_by("sheet_row")
    return list(rows.values_list("undo", flat=True))


# Who goes


@pytest.mark.rule("CASE-1")
def test_an_import_is_taken_back_as_a_batch(office):
    batch = imported(
        line(1, Observaciones="Le busca la mara."),
        line(2),
        line(3, Consentimiento="no"),
        line(4, Municipio="Nada"),
        office=office,
    )
    before = timezone.now()
    assert reached(before).count() == 2

    undo(batch)

    assert (batch.state, batch.work_state) == (ImportStage.UNDONE, WorkState.DONE)
    assert (batch.undone_by, batch.undone_reason) == (batch.uploaded_by, REASON)
    assert undos(batch) == ["undone", "undone"]
    coordinator = UserFactory(role=Role.TERRITORIAL_COORDINATOR, at=office)
    assert not Person.objects.visible_to(coordinator).exists()
    assert set(Person.objects.values_list("given_names", "surnames")) == {("Datos eliminados", "")}
    assert not IdentityDocument.objects.exists()
    assert {each.phone_1 for each in Contact.objects.all()} == {""}
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.UNDONE}
    assert not ServiceRecord.objects.standing().exists()
    assert HeadCount.objects.get().voided_at
    assert not batch.rows.exclude(values={}).exists()
    assert reached(timezone.now()).count() == 0
    assert reached(before).count() == 2  # what was reported then is still so


@pytest.mark.rule("SEC-6")
def test_what_was_undone_is_in_the_history(office):
    batch = imported(line(1), office=office)

    undo(batch)

    person = Person.objects.get()
    said = Activity.objects.filter(person_id=person.pk).values_list("verb", flat=True)
    assert set(said) == {"person.registered", "service.voided", "case.undone", "person.undone"}
    done = Activity.objects.get(verb="import.undone")
    assert (done.actor, done.changes) == (batch.uploaded_by, {"people": 1, "staying": 0})
    assert "Era el archivo" not in str(Activity.objects.values_list("changes", flat=True))


@pytest.mark.rule("CASE-1")
def test_the_same_file_may_be_imported_again(office):
    rows = [line(1), line(2, Consentimiento="no")]
    first = imported(*rows, office=office)
    undo(first)

    again = imported(*rows, office=office)

    assert again.sha256 == first.sha256
    assert again.state == ImportStage.IMPORTED
    assert Person.objects.standing().get().documents.get().number == dui(90000001)
    assert Person.objects.values("file_number").distinct().count() == 2  # a number is for life
    assert sorted(bool(each.voided_at) for each in HeadCount.objects.all()) == [False, True]


def test_until_it_is_undone_the_same_file_may_not(office):
    batch = imported(line(1), office=office)
    again = checked(line(1), office=office)
    import_undo.undo_import(batch, version=batch.version, reason=REASON, by=batch.uploaded_by)

    with pytest.raises(imports.AlreadyImported):
        confirm(again)


def test_nobody_finds_a_file_that_was_taken_back(client, office):
    batch = imported(line(1), office=office)
    person = Person.objects.get()
    client.force_login(UserFactory(role=Role.PROGRAMME_COORDINATOR))
    assert client.get(person.get_absolute_url()).status_code == 200

    undo(batch)

    assert client.get(person.get_absolute_url()).status_code == 404
    listed = client.get(reverse("beneficiaries:person_list"))
    assert listed.context["page"].rows == []
    assert find_file(file_number=person.file_number) is None
    assert find_file(dui=dui(90000001)) is None


def test_who_was_decided_to_be_somebody_else_goes_too(office):
    known = PersonFactory(office=office, given_names="Rosa b", surnames="Menjívar Alas")
    by = UserFactory(registrar=True, at=office)
    batch = imported(line(1, DUI=None), office=office)
    row = batch.rows.get(outcome=RowOutcome.POSSIBLE_DUPLICATE)
    imports.decide_row(row, version=1, likeness=Likeness.DIFFERENT, of=None, by=by)
    assert Suspicion.objects.get().likeness == Likeness.DIFFERENT

    undo(batch)

    assert undos(batch) == ["undone"]
    assert Person.objects.standing().get() == known


def test_a_row_of_somebody_known_loses_its_link_and_nothing_else(office):
    known = PersonFactory(office=office, given_names="Rosa b", surnames="Menjívar Alas")
    by = UserFactory(registrar=True, at=office)
    batch = imported(line(1, DUI=None), office=office)
    row = batch.rows.get()
    imports.decide_row(row, version=1, likeness=Likeness.SAME, of=known, by=by)

    undo(batch)

    row.refresh_from_db()
    assert (row.person, row.undo, row.values) == (None, "undone", {})
    assert Person.objects.standing().get() == known
    known.refresh_from_db()
    assert known.given_names == "Rosa b"


# Who stays, and why


def accompany(person, office):
    AssignmentFactory(person=person, user=UserFactory(caseworker=True, at=office))


def change_her_contact(person, office):
    contact = person.contact
    by = UserFactory(caseworker=True, at=office)
    change_contact(contact, version=contact.version, by=by, address_line="Colonia Las Flores")


def be_her_mother(person, office):
    mother = PersonFactory(office=office)
    HouseholdMember.objects.create(
        person=mother,
        name="Rosa",
        sex="F",
        birth_year=1990,
        relationship=LookupFactory(list="relationship", code="child", es="Hija", en="Daughter"),
        own_file=person,
    )


def import_her_again(person, office):
    batch = imported(
        line(1, Nombres=person.given_names, DUI=None, Observaciones="otra vez"), office=office
    )
    row = batch.rows.get(outcome=RowOutcome.POSSIBLE_DUPLICATE)
    by = UserFactory(registrar=True, at=office)
    imports.decide_row(row, version=1, likeness=Likeness.SAME, of=person, by=by)


LATER = {
    "accompanied": (accompany, RowUndo.ACCOMPANIED),
    "changed": (change_her_contact, RowUndo.CHANGED),
    "attention": (lambda p, o: AttentionFactory(case=p.cases.get()), RowUndo.RECORDED),
    "appointment": (lambda p, o: AppointmentFactory(person=p), RowUndo.RECORDED),
    "group": (
        lambda p, o: EnrolmentFactory(person=p, group=GroupFactory(office=o)),
        RowUndo.RECORDED,
    ),
    "of a relative": (be_her_mother, RowUndo.RECORDED),
    "another import": (import_her_again, RowUndo.RECORDED),
    "suspected": (
        lambda p, o: Suspicion.objects.create(
            person=PersonFactory(office=o), other=p, likeness=Likeness.SAME
        ),
        RowUndo.RECORDED,
    ),
    "merged": (
        lambda p, o: Person.objects.filter(pk=p.pk).update(merged_into=PersonFactory(office=o)),
        RowUndo.MERGED,
    ),
}


@pytest.mark.parametrize("what", LATER)
def test_who_has_more_in_her_file_stays_and_the_row_says_why(office, what):
    do, why = LATER[what]
    batch = imported(line(1), line(2), office=office)
    rosa, other = Person.objects.order_by("pk")
    do(rosa, office)
    before = Person.objects.values().get(pk=rosa.pk)

    assert what_hangs(batch) == {rosa.pk: why}
    undo(batch)

    assert undos(batch) == [why, "undone"]
    assert Person.objects.values().get(pk=rosa.pk) == before
    assert rosa.documents.exists()
    assert rosa.services.standing().exists()
    assert batch.rows.order_by("sheet_row").first().values["given_names"] == "Rosa b"
    assert Person.objects.get(pk=other.pk).undone_at


def test_an_import_writes_nothing_that_would_keep_its_people(office):
    """Whatever a registration by rows writes is named: else nobody could ever be taken back."""
    batch = imported(line(1, Observaciones="Viene con su hija."), office=office)

    assert set(rows_of_person(Person.objects.get())) <= set(WRITTEN)
    assert what_hangs(batch) == {}


def test_what_the_clock_or_another_area_writes_holds_too(office):
    """Found along all relations, in every area; and what an import writes too, by its trace."""
    batch = imported(line(1), office=office)
    ways = {column.model._meta.label for column, _owner in import_undo._ways()}

    assert "certification.Assessment" in ways
    assert "beneficiaries.SafetyProtocol" in ways
    assert not ways & {model._meta.label for model in WRITTEN if model is not Person}
    person = Person.objects.get()
    record_activity("consent.granted", ConsentFactory(person=person, purpose="image"), by=None)
    assert what_hangs(batch) == {Person.objects.get().pk: RowUndo.CHANGED}


# Once, and only what may be


@pytest.mark.parametrize("stage", ["mapping", "checked", "importing", "discarded", "undone"])
def test_only_an_import_that_is_over_can_be_undone(office, stage):
    batch = checked(line(1), office=office)
    told = {"undone_at": timezone.now(), "undone_by": batch.uploaded_by, "undone_reason": "x"}
    over = {"file": ""} if stage in {"discarded", "undone"} else {}
    values = {"state": stage, **over, **(told if stage == "undone" else {})}
    PeopleImport.objects.filter(pk=batch.pk).update(**values)

    with pytest.raises(MoveNotAllowed):
        import_undo.undo_import(batch, version=batch.version, reason=REASON, by=batch.uploaded_by)


@pytest.mark.rule("SEC-15")
def test_an_old_page_undoes_nothing(office):
    batch = imported(line(1), office=office)

    with pytest.raises(StaleRecord):
        import_undo.undo_import(
            batch, version=batch.version - 1, reason=REASON, by=batch.uploaded_by
        )

    batch.refresh_from_db()
    assert batch.state == ImportStage.IMPORTED


def test_it_is_undone_for_a_reason_whatever_the_code_does(office):
    batch = imported(line(1), office=office)
    with pytest.raises(IntegrityError, match="undone_by_somebody"), transaction.atomic():
        PeopleImport.objects.filter(pk=batch.pk).update(state="undone")


def test_part_by_part_everybody_is_taken_back_once(office, monkeypatch):
    monkeypatch.setattr(import_undo, "CHUNK", 2)
    batch = imported(*[line(number) for number in range(1, 6)], office=office)

    undo(batch)

    assert undos(batch) == ["undone"] * 5
    assert Activity.objects.filter(verb="person.undone").count() == 5
    assert Activity.objects.filter(verb="import.undone").count() == 1


def test_while_and_after_it_is_undone_nothing_is_decided(office):
    PersonFactory(office=office, given_names="Rosa b", surnames="Menjívar Alas")
    by = UserFactory(registrar=True, at=office)
    batch = imported(line(1, DUI=None), office=office)
    row = batch.rows.get()
    import_undo.undo_import(batch, version=batch.version, reason=REASON, by=by)

    with pytest.raises(imports.ImportUndone):
        imports.decide_row(row, version=1, likeness=Likeness.DIFFERENT, of=None, by=by)

    run(batch)
    assert not batch.rows.to_decide().exists()
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_undo_at_once_undo_it_once(office):
    batch = imported(line(1), line(2), office=office)

    def ask(_):
        try:
            import_undo.undo_import(
                batch, version=batch.version, reason=REASON, by=batch.uploaded_by
            )
        except (MoveNotAllowed, StaleRecord):
            return "refused"
        else:
            return "asked"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == ["asked", "refused"]
    run(batch)
    assert Activity.objects.filter(verb="person.undone").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_job_in_many_hands_takes_each_back_once(office, monkeypatch):
    monkeypatch.setattr(import_undo, "CHUNK", 1)
    batch = imported(*[line(number) for number in range(1, 5)], office=office)
    import_undo.undo_import(batch, version=batch.version, reason=REASON, by=batch.uploaded_by)

    def work(_):
        try:
            run(PeopleImport.objects.get(pk=batch.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    run(batch)

    assert batch.state == ImportStage.UNDONE
    assert Activity.objects.filter(verb="person.undone").count() == 4


# The pages


@pytest.fixture
def coordinator(client, office):
    """Coordination of the office, who has just proved who she is."""
    user = UserFactory(role=Role.TERRITORIAL_COORDINATOR, at=office, **WORD)
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), WORD)
    return user


def url_of(name, batch):
    return reverse(f"beneficiaries:import_{name}", args=[batch.public_id])


def test_the_page_says_who_goes_and_who_stays_and_why(client, coordinator, office):
    batch = imported(line(1), line(2), office=office)
    rosa = Person.objects.order_by("pk").first()
    accompany(rosa, office)

    page = client.get(url_of("undo", batch))

    assert (page.context["going"], page.context["held"]) == (1, 1)
    html = page.content.decode()
    assert rosa.file_number in html
    assert "alguien le acompaña" in html
    assert ReadLog.objects.latest("pk").persons == [rosa.pk]

    response = client.post(url_of("undo", batch), {"version": batch.version, "reason": REASON})
    assert response.url == batch.get_absolute_url()
    run(batch)
    done = client.get(batch.get_absolute_url())
    assert dict(done.context["undo_counts"])[RowUndo.ACCOMPANIED] == 1
    assert REASON in done.content.decode()
    shown = client.get(batch.get_absolute_url(), {"deshecho": "accompanied"})
    assert [each.person for each in shown.context["page"].rows] == [rosa]


@pytest.mark.parametrize("reason", ["", "   ", "\u202eabc", "x" * 301])
def test_without_a_reason_that_can_be_read_nothing_is_undone(client, coordinator, office, reason):
    batch = imported(line(1), office=office)

    response = client.post(url_of("undo", batch), {"version": batch.version, "reason": reason})

    assert response.status_code == 422
    assert "reason" in response.context["form"].errors
    batch.refresh_from_db()
    assert batch.state == ImportStage.IMPORTED


@pytest.mark.rule("SEC-15")
def test_an_old_page_answers_409(client, coordinator, office):
    batch = imported(line(1), office=office)
    typed = {"version": batch.version - 1, "reason": REASON}

    response = client.post(url_of("undo", batch), typed)

    assert response.status_code == 409
    assert REASON in response.content.decode()


def test_what_is_not_imported_leads_back_to_its_page(client, coordinator, office):
    batch = checked(line(1), office=office)

    assert client.get(url_of("undo", batch)).url == batch.get_absolute_url()
    response = client.post(url_of("undo", batch), {"version": batch.version, "reason": REASON})
    assert response.status_code == 422
    assert Person.objects.count() == 0


def test_an_import_of_another_office_is_not_there(client, coordinator):
    batch = imported(line(1), office=OrganizationFactory())

    assert client.get(url_of("undo", batch)).status_code == 404
    typed = {"version": batch.version, "reason": REASON}
    assert client.post(url_of("undo", batch), typed).status_code == 404
    batch.refresh_from_db()
    assert batch.state == ImportStage.IMPORTED


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_queries(client, coordinator, office, rows):
    batch = imported(*[line(number) for number in range(1, rows + 1)], office=office)
    for person in Person.objects.all():
        accompany(person, office)
    client.get(url_of("undo", batch))

    with CaptureQueriesContext(connection) as queries:
        client.get(url_of("undo", batch))

    assert len(queries) == 11


# Who may


@pytest.mark.rule("CASE-1", "SEC-3")
@pytest.mark.parametrize(
    ("whose", "days", "status"), [("own", 6, 302), ("own", 8, 403), ("somebody's", 0, 403)]
)
def test_a_registrar_undoes_her_own_for_some_days_and_no_other(client, office, whose, days, status):
    by = UserFactory(registrar=True, at=office, **WORD)
    batch = imported(line(1), office=office, **({"by": by} if whose == "own" else {}))
    PeopleImport.objects.update(uploaded_at=timezone.now() - timedelta(days=days))
    client.force_login(by)

    typed = {"version": batch.version, "reason": REASON}
    assert client.get(url_of("undo", batch)).status_code == status  # 302: to prove who she is
    assert client.post(url_of("undo", batch), typed).status_code == status
    page = client.get(batch.get_absolute_url())
    assert (url_of("undo", batch) in page.content.decode()) is (status == 302)
    batch.refresh_from_db()
    assert batch.state == ImportStage.IMPORTED


@pytest.mark.rule("CASE-1")
def test_who_undoes_an_import_proves_who_they_are(client, office):
    by = UserFactory(registrar=True, at=office, **WORD)
    batch = imported(line(1), office=office, by=by)
    client.force_login(by)

    asked = client.get(url_of("undo", batch))
    assert asked.url.startswith(reverse("account_reauthenticate"))
    client.post(asked.url, WORD)

    assert client.get(url_of("undo", batch)).status_code == 200
    typed = {"version": batch.version, "reason": REASON}
    assert client.post(url_of("undo", batch), typed).url == batch.get_absolute_url()
    assert run(batch).state == ImportStage.UNDONE
