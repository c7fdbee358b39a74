"""The services that people receive: once per source, as of their day, voided but not deleted."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.actions.services import record_service, void_service
from beneficiaries.choices import Sector, Service, Status
from beneficiaries.models import ServiceRecord
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import PersonFactory, ServiceRecordFactory

pytestmark = pytest.mark.django_db


def record(person, **changes):
    answers = {"on": date(2026, 5, 2), "organization": person.office, "source": "prueba:1"}
    return record_service(person, Service.ASSESSMENT, **answers | {"by": None} | changes)


def test_a_service_keeps_what_the_person_was_on_that_day():
    person = PersonFactory(status=Status.RETURNED_MX, sector=Sector.TOURISM)

    kept = record(person)

    assert (kept.department, kept.status, kept.sector) == (
        person.district.department,
        Status.RETURNED_MX,
        Sector.TOURISM,
    )
    assert Activity.objects.get().verb == "service.recorded"


def test_it_is_read_anew_and_not_from_a_page_that_is_old():
    person = PersonFactory(sector=Sector.TOURISM)
    type(person).objects.update(sector=Sector.CONSTRUCTION)

    assert record(person).sector == Sector.CONSTRUCTION


def test_somebody_without_district_has_no_department():
    assert record(PersonFactory(district=None)).department is None


def test_one_source_gives_one_service():
    person = PersonFactory()

    first, again = record(person), record(person, on=date(2026, 6, 1))

    assert first == again == ServiceRecord.objects.get()
    assert again.on == date(2026, 5, 2)
    assert Activity.objects.count() == 1


def test_a_voided_service_stays_and_another_may_take_its_place():
    person, by = PersonFactory(), UserFactory()
    kept = record(person)

    void_service(kept, reason="Era otra persona.", by=by)
    void_service(kept, reason="Otra vez.", by=UserFactory())

    kept.refresh_from_db()
    assert (kept.voided_by, kept.voided_reason) == (by, "Era otra persona.")
    assert Activity.objects.filter(verb="service.voided").count() == 1
    assert record(person) != kept


def test_what_was_known_at_a_moment_is_known_of_it_for_ever():
    kept = ServiceRecordFactory()
    before = timezone.now()
    void_service(kept, reason="Error.", by=UserFactory())

    assert list(ServiceRecord.objects.known_at(before)) == [kept]
    assert not ServiceRecord.objects.known_at(timezone.now()).exists()


def test_nothing_is_voided_without_a_reason():
    kept = ServiceRecordFactory()

    with pytest.raises(IntegrityError, match="voided_with_a_reason"):
        void_service(kept, reason="", by=UserFactory())
