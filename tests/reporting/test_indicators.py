"""Every figure follows from events, and every number from the list behind it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from beneficiaries.choices import Outcome, Sector, Service, Status, Track
from beneficiaries.models import EligibilityDecision
from beneficiaries.registry import INDICATORS, SLICES
from reporting.indicators.figures import cell_rows, counted_rows, figure, figures
from reporting.rules import Period
from tests.factories.beneficiaries import (
    CaseFactory,
    PersonFactory,
    ServiceRecordFactory,
    why_of,
)

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def reached(**answers):
    person = PersonFactory(**answers)
    decide(person, Outcome.ELIGIBLE)
    return person


def decide(person, outcome):
    case = person.cases.first() or CaseFactory(person=person)
    EligibilityDecision.objects.create(
        case=case,
        rule_set=case.phase.rule_set,
        inputs={},
        certification_track=Track.ELIGIBLE,
        outcome=outcome,
        **why_of(outcome),
    )


def rows(**options):
    return counted_rows(INDICATORS["GS-0.1"], known_at=timezone.now(), **options)


@pytest.mark.rule("NUM-4")
def test_a_person_counts_once_on_the_day_of_her_first_service():
    person = reached()
    for day in (date(2026, 5, 2), date(2026, 3, 2), date(2027, 1, 1)):
        ServiceRecordFactory(person=person, on=day)

    found = rows()

    assert [(row.subject, row.on) for row in found] == [(person.pk, date(2026, 3, 2))]


def test_only_eligible_by_exception_and_for_support_count():
    for outcome in Outcome:
        person = PersonFactory()
        decide(person, outcome)
        ServiceRecordFactory(person=person)

    counted = {Outcome.ELIGIBLE, Outcome.EXCEPTION, Outcome.ELIGIBLE_PARTIAL}
    assert {row.outcome for row in rows()} == counted


@pytest.mark.rule("NUM-1")
def test_what_was_recorded_or_voided_later_does_not_change_what_was_known():
    before = timezone.now() - timedelta(minutes=1)
    with time_machine.travel(before - timedelta(minutes=1)):
        person = reached()
    ServiceRecordFactory(person=person)

    assert counted_rows(INDICATORS["GS-0.1"], known_at=before) == []
    assert len(rows()) == 1


@pytest.mark.rule("NUM-1")
def test_the_slice_is_that_of_the_event_whatever_the_person_is_now():
    person = reached(status=Status.RETURNED_US, sector=Sector.CONSTRUCTION)
    ServiceRecordFactory(person=person)
    person.status, person.sector = Status.RETURNED_MX, Sector.TOURISM
    person.save()

    (row,) = rows()

    assert (row.status, row.sector) == (Status.RETURNED_US, Sector.CONSTRUCTION)


@pytest.mark.rule("NUM-6")
def test_every_cut_adds_up_to_the_total_with_its_unknown():
    for place in range(7):
        person = reached(
            birth_date=None if place % 3 == 0 else date(1960 + 7 * place, 1, 1),
            birth_precision="" if place % 3 == 0 else "day",
            sector="" if place % 2 else Sector.TOURISM,
            sex="FMX"[place % 3],
        )
        ServiceRecordFactory(person=person, on=date(2025 + place % 2, 6, 1))

    found = figure(INDICATORS["GS-0.1"], rows(), YEAR)

    assert (found.new.count, found.total.count) == (3, 7)
    for cut in found.cuts:
        assert sum(line.new.count for line in cut.lines) == 3, cut.name
        assert sum(line.total.count for line in cut.lines) == 7, cut.name


@pytest.mark.parametrize("cut", SLICES)
def test_the_list_behind_a_number_has_as_many_lines(cut):
    for sex in "FFM":
        ServiceRecordFactory(person=reached(sex=sex))
    known_at = timezone.now()
    options = {"known_at": known_at, "offices": None}
    (found,) = [each for each in figures(YEAR, **options) if each.indicator.code == "GS-0.1"]

    (chosen,) = [each for each in found.cuts if each.name == cut]
    for line in chosen.lines:
        behind = cell_rows(
            found.indicator, YEAR, face="nuevas", cut=cut, category=line.category, **options
        )
        assert len(behind) == line.new.count


def test_age_is_that_on_the_day_of_the_event():
    person = reached(birth_date=date(1996, 3, 2))
    ServiceRecordFactory(person=person, on=date(2026, 3, 1))

    assert rows()[0].age == "25-29"


def test_offices_narrow_to_the_people_whose_file_they_hold():
    ours, theirs = reached(), reached()
    for person in (ours, theirs):
        ServiceRecordFactory(person=person, service=Service.EARLY_ATTENTION)

    assert [row.person for row in rows(offices={ours.office_id})] == [ours.pk]
