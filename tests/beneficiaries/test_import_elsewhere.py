"""What the check of a workbook tells of files at other offices, and to whom."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.actions import imports
from beneficiaries.choices import Likeness, RowOutcome, TaskKind
from beneficiaries.models import Person, Task
from tests.beneficiaries.answers import dui
from tests.beneficiaries.importing import checked, imported
from tests.beneficiaries.workbooks import line
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    DistrictFactory,
    DocumentFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-1", "SEC-3")]


@pytest.fixture(autouse=True)
def small(db):
    NoticeFactory()
    PhaseFactory()
    LookupFactory(code="US", es="Estados Unidos", en="United States")
    LookupFactory(list="return_type", code="deported", es="Deportación", en="Deportation")
    return DistrictFactory()


@pytest.fixture
def registrar(office):
    return UserFactory(registrar=True, at=office)


@pytest.fixture
def rosa():
    """Her file lies at another office."""
    return PersonFactory(
        given_names="Rosa b", surnames="Menjívar Alas", birth_date=date(1990, 5, 10)
    )


@pytest.fixture
def ana(rosa):
    """Hers too, with a DUI."""
    return DocumentFactory(number=dui(90000002), person__office=rosa.office).person


def told():
    return Activity.objects.filter(verb="duplicate.met_elsewhere")


def look(*lines, office, by):
    return checked(*lines, office=office, by=by)


def test_a_dui_of_another_office_is_said_as_the_registration_says_it(office, registrar, ana):
    batch = look(line(2), office=office, by=registrar)

    row = batch.rows.get()
    assert (row.outcome, row.reason) == (
        RowOutcome.DUPLICATE,
        "Ya registrada: se avisó a coordinación.",
    )
    task = Task.objects.get()
    assert (task.person, task.kind) == (ana, TaskKind.SAME_DUI_ELSEWHERE)
    assert (task.raised_for, task.raised_by) == (office, registrar)
    assert (told().get().person_id, told().get().actor) == (ana.pk, registrar)


@pytest.mark.parametrize("born", [date(1990, 5, 10), date(1991, 5, 10), date(1960, 1, 1)])
def test_who_only_looks_alike_at_another_office_is_as_new(client, office, registrar, rosa, born):
    """Whatever birth date is tried, the answer is the same: none can be found out."""
    batch = look(line(1, DUI=None, **{"Fecha nac.": born}), office=office, by=registrar)
    other = look(line(3, DUI=None, **{"Fecha nac.": born}), office=office, by=registrar)

    said = [
        (each.outcome, each.reason, each.eligibility, each.like)
        for each in (batch.rows.get(), other.rows.get())
    ]
    assert said[0] == said[1]
    assert said[0][0] == RowOutcome.NEW
    client.force_login(registrar)
    html = client.get(batch.get_absolute_url()).content.decode()
    assert "se avisó" not in html
    assert rosa.file_number not in html
    assert told().exists() is (born.year > 1960)


def test_coordination_hears_of_who_looks_alike_before_anything_is_confirmed(
    office, registrar, rosa
):
    look(line(1, DUI=None), office=office, by=registrar)

    task = Task.objects.get()
    assert (task.person, task.kind, task.office) == (
        rosa,
        TaskKind.LIKELY_ELSEWHERE,
        rosa.office,
    )
    assert Person.objects.count() == 1


@pytest.mark.rule("SEC-6")
def test_that_it_was_tried_stays_when_the_workbook_is_discarded(office, registrar, rosa, ana):
    batch = look(line(1, DUI=None), line(2), office=office, by=registrar)

    imports.discard_import(batch, version=batch.version, by=registrar)

    assert {each.person_id for each in told()} == {rosa.pk, ana.pk}
    assert set(Task.objects.values_list("person", flat=True)) == {rosa.pk, ana.pk}


def test_who_tries_again_the_same_day_is_told_of_once_and_the_next_day_again(
    office, registrar, ana
):
    for day in range(1, 4):
        look(line(2, **{"Fecha nac.": date(1990, 5, day)}), office=office, by=registrar)
    assert told().count() == 1

    told().update(at=timezone.now() - timedelta(days=1))
    look(line(2), office=office, by=registrar)
    look(line(2), office=office, by=UserFactory(registrar=True, at=office))

    assert told().count() == 3
    assert Task.objects.count() == 1


def test_who_sees_both_offices_is_told_all_and_nobody_else_is(office, rosa, ana):
    by = UserFactory(programme_coordinator=True)

    batch = look(line(1, DUI=None), line(2), office=office, by=by)

    assert [row.outcome for row in batch.rows.order_by("sheet_row")] == [
        RowOutcome.POSSIBLE_DUPLICATE,
        RowOutcome.DUPLICATE,
    ]
    assert batch.rows.order_by("sheet_row").first().like == [rosa.pk]
    assert not told().exists()
    assert not Task.objects.exists()


def test_a_likely_file_of_the_own_office_hides_none_of_another(office, registrar, rosa):
    own = PersonFactory(
        given_names="Rosa b",
        surnames="Menjívar Alas",
        birth_date=date(1990, 5, 10),
        office=office,
    )

    row = look(line(1, DUI=None), office=office, by=registrar).rows.get()

    assert (row.outcome, row.like) == (RowOutcome.POSSIBLE_DUPLICATE, [own.pk])
    assert told().get().person_id == rosa.pk


def test_once_it_is_confirmed_nobody_is_registered_twice(client, office, registrar, rosa):
    batch = imported(line(1, DUI=None), office=office, by=registrar)

    row = batch.rows.get()
    assert (row.outcome, row.likeness) == (RowOutcome.POSSIBLE_DUPLICATE, Likeness.OPEN)
    assert row.reason == "Posible duplicado: se avisó a coordinación."
    assert Person.objects.get() == rosa
    client.force_login(registrar)
    page = client.get(reverse("beneficiaries:import_row_decide", args=[row.public_id]))
    assert list(page.context["like"]) == []
