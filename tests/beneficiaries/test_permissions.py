"""Who sees a person, and who writes in her file."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import PeopleImport, Person
from beneficiaries.permissions import can_assign, can_change
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import AssignmentFactory, PersonFactory

pytestmark = pytest.mark.django_db
SEES_OWN_OFFICE = {
    Role.TERRITORIAL_COORDINATOR,
    Role.REGISTRAR,
    Role.CASEWORKER,
}
SEES_ALL = {Role.PROGRAMME_COORDINATOR}


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("role", Role)
def test_each_role_sees_the_people_of_its_offices_and_no_others(role, office):
    ours, _theirs = PersonFactory(office=office), PersonFactory()
    user = UserFactory(role=role, at=office)

    seen = Person.objects.visible_to(user)

    expected = 2 if role in SEES_ALL else 1 if role in SEES_OWN_OFFICE else 0
    assert seen.count() == expected
    assert (ours in seen) is bool(expected)


@pytest.mark.rule("SEC-3", "SEC-12")
@pytest.mark.parametrize(
    ("first", "last", "sees"),
    [(-9, None, True), (0, None, True), (-9, 0, True), (-9, -1, False), (1, None, False)],
)
def test_who_is_assigned_sees_the_person_from_one_day_to_another(first, last, sees):
    today, user = timezone.localdate(), UserFactory(caseworker=True)
    AssignmentFactory(
        user=user,
        valid_from=today + timedelta(days=first),
        valid_until=None if last is None else today + timedelta(days=last),
    )

    assert Person.objects.visible_to(user).exists() is sees


@pytest.mark.rule("SEC-3")
def test_a_part_in_an_assessment_opens_no_file_whatever_else_somebody_is():
    user = UserFactory(caseworker=True)
    person = PersonFactory()
    AssignmentFactory(user=user, person=person, kind=AssignmentKind.EVALUATION)

    assert not Person.objects.visible_to(user).exists()
    assert list(Person.objects.assigned_to(user)) == [person]


@pytest.mark.rule("SEC-3", "SEC-12")
def test_who_changed_office_writes_in_the_old_files_no_more(office):
    user = UserFactory(caseworker=True, at=office)
    theirs, left = PersonFactory(office=office, caseworker=user), PersonFactory(caseworker=user)

    assert [can_change(user, each) for each in (theirs, left)] == [True, False]


@pytest.mark.rule("SEC-12")
def test_a_role_that_ended_opens_nothing(office):
    PersonFactory(office=office)
    user = UserFactory(caseworker=True, at=office)
    user.role_assignments.update(ended_at=timezone.now(), ended_by=UserFactory())

    assert not Person.objects.visible_to(user).exists()


def test_a_merged_person_is_nobodys_to_see(office):
    stays = PersonFactory(office=office)
    merged = PersonFactory(office=office, merged_into=stays)
    user = UserFactory(caseworker=True, at=office)
    AssignmentFactory(user=user, person=merged)

    assert list(Person.objects.visible_to(user)) == [stays]


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.CASEWORKER])
def test_only_who_accompanies_a_person_writes_in_her_file(role, office):
    person = PersonFactory(office=office)
    theirs, colleague = (UserFactory(role=role, at=office) for _ in range(2))
    AssignmentFactory(person=person, user=theirs)

    assert can_change(theirs, person)
    assert not can_change(colleague, person)


def test_who_is_assigned_for_something_else_reads_and_does_not_write(office):
    person, user = PersonFactory(office=office), UserFactory(caseworker=True, at=office)
    AssignmentFactory(person=person, user=user, kind=AssignmentKind.EVALUATION)

    assert not can_change(user, person)


def test_a_coordinator_reads_and_does_not_write(office):
    person, user = PersonFactory(office=office), UserFactory(coordinator=True, at=office)
    AssignmentFactory(person=person, user=user)

    assert not can_change(user, person)


@pytest.mark.parametrize(
    ("role", "ours", "theirs"),
    [
        (Role.TERRITORIAL_COORDINATOR, True, False),
        (Role.PROGRAMME_COORDINATOR, True, True),
        (Role.CASEWORKER, False, False),
        (Role.REGISTRAR, False, False),
    ],
)
def test_the_coordination_of_the_office_assigns(role, ours, theirs, office):
    user = UserFactory(role=role, at=office)

    assert can_assign(user, PersonFactory(office=office)) is ours
    assert can_assign(user, PersonFactory()) is theirs


@pytest.mark.rule("SEC-3")
def test_imports_are_seen_for_the_offices_for_which_one_imports(office):
    batch = PeopleImport.objects.create(office=office, file_name="a.xlsx", sha256="0" * 64)
    registrar = UserFactory(registrar=True, at=office)
    elsewhere = UserFactory(registrar=True)
    RoleAssignmentFactory(user=elsewhere, role=Role.CASEWORKER, organization=office)

    assert list(PeopleImport.objects.visible_to(registrar)) == [batch]
    assert not PeopleImport.objects.visible_to(elsewhere).exists()
