"""Who may do what with an assessment: the part that it names them for, and no other."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from beneficiaries.choices import AssignmentKind
from certification import permissions
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import AssignmentFactory
from tests.factories.certification import AssessmentFactory, CertificateFactory

pytestmark = pytest.mark.django_db

# Who may, of all who have to do with one assessment that was verified.
POLICY = """
                    caseworker  evaluator  verifier  officer  coordinator
can_prepare         yes         no         no        no       no
can_agree           no          yes        no        no       no
can_conduct         no          yes        no        no       no
can_sign            no          yes        no        no       no
can_verify          no          no         yes       no       no
can_decide          no          no         no        yes      no
can_read_portfolio  no          yes        yes       yes      yes
can_withdraw        yes         no         no        no       no
can_cancel          no          no         no        no       yes
can_resolve         no          no         no        no       yes
"""


@pytest.fixture
def assessment():
    return AssessmentFactory(verified=True)


@pytest.fixture
def cast(assessment):
    return {
        "caseworker": assessment.enrolled_by,
        "evaluator": assessment.evaluator,
        "verifier": assessment.verifier,
        "officer": assessment.officer,
        "coordinator": UserFactory(coordinator=True, at=assessment.person.office),
    }


def table():
    header, *lines = (line.split() for line in POLICY.strip().splitlines())
    return {name: dict(zip(header, answers, strict=True)) for name, *answers in lines}


def strangers(assessment):
    """The same roles, without a part in this assessment; coordination of another office."""
    return [
        UserFactory(caseworker=True, at=assessment.person.office),
        UserFactory(evaluator=True),
        UserFactory(verifier=True),
        UserFactory(officer=True),
        UserFactory(coordinator=True),
        UserFactory(administrator=True),
        UserFactory(monitoring=True),
        UserFactory(),
    ]


@pytest.mark.rule("CERT-5", "SEC-13")
@pytest.mark.parametrize("name", list(table()))
def test_each_part_is_one_persons(name, assessment, cast):
    may = getattr(permissions, name)

    found = {role: "yes" if may(user, assessment) else "no" for role, user in cast.items()}

    assert found == table()[name]
    assert [may(user, assessment) for user in strangers(assessment)] == [False] * 8


@pytest.mark.parametrize("name", list(table()))
def test_a_part_ends_with_the_role(name, assessment, cast):
    may = getattr(permissions, name)
    for user in cast.values():
        user.role_assignments.update(valid_until=date(2025, 12, 31))

    fresh = User.objects.filter(pk__in=[user.pk for user in cast.values()])
    assert [may(user, assessment) for user in fresh] == [False] * 5


def test_whoever_accompanies_enrols(assessment, cast):
    person = assessment.person

    found = {role for role, user in cast.items() if permissions.can_enrol(user, person)}

    assert found == {"caseworker"}
    assert not any(permissions.can_enrol(user, person) for user in strangers(assessment))


def test_an_accompaniment_that_has_ended_enrols_nobody(assessment):
    user = assessment.enrolled_by
    assessment.person.assignments.filter(user=user).update(valid_until=date(2025, 12, 31))

    assert not permissions.can_enrol(user, assessment.person)
    assert not permissions.can_prepare(user, assessment)


def test_another_kind_of_assignment_is_no_accompaniment(assessment):
    user = UserFactory(caseworker=True)
    AssignmentFactory(person=assessment.person, user=user, kind=AssignmentKind.EVALUATION)

    assert not permissions.can_prepare(user, assessment)


def test_the_programmes_coordination_reaches_every_office(assessment):
    user = UserFactory(programme_coordinator=True)

    assert permissions.can_cancel(user, assessment)
    assert permissions.can_resolve(user, assessment)


@pytest.mark.rule("CERT-5", "SEC-13")
def test_two_roles_are_not_two_people(assessment):
    evaluator = assessment.evaluator
    for role in (Role.VERIFIER, Role.CERTIFYING_OFFICER, Role.PROGRAMME_COORDINATOR):
        RoleAssignmentFactory(user=evaluator, role=role)
    evaluator = User.objects.get(pk=evaluator.pk)
    unsaved = AssessmentFactory(in_assessment=True, evaluator=evaluator)
    unsaved.verifier = unsaved.officer = evaluator  # the database would refuse it, too

    assert not permissions.can_verify(evaluator, unsaved)
    assert not permissions.can_decide(evaluator, unsaved)
    assert not permissions.can_resolve(evaluator, unsaved)
    assert permissions.can_conduct(evaluator, unsaved)


@pytest.mark.parametrize("name", list(table()))
def test_a_question_costs_few_queries(name, assessment, cast, django_assert_max_num_queries):
    may = getattr(permissions, name)

    for user in User.objects.filter(pk__in=[user.pk for user in cast.values()]):
        with django_assert_max_num_queries(3):
            may(user, assessment)


@pytest.mark.rule("SEC-3")
def test_a_result_is_read_by_who_has_a_part_in_it_and_who_accompanies_the_person():
    assessment = AssessmentFactory(certified=True)
    office = assessment.person.office
    readers = {
        assessment.enrolled_by: True,
        assessment.evaluator: True,
        assessment.verifier: True,
        UserFactory(coordinator=True, at=office): True,
        UserFactory(caseworker=True, at=office): False,
        UserFactory(coordinator=True): False,
    }

    assert {user: permissions.can_read_result(user, assessment) for user in readers} == readers


@pytest.mark.rule("SEC-3")
def test_a_colleague_of_the_office_sees_neither_result_nor_certificate(client):
    assessment = AssessmentFactory(certified=True)
    certificate = CertificateFactory(
        assessment=assessment,
        pdf="certificates/x.pdf",
        pdf_sha256="0" * 64,
        rendered_at=timezone.now(),
    )
    client.force_login(UserFactory(caseworker=True, at=assessment.person.office))

    page = client.get(assessment.get_absolute_url())

    assert page.status_code == 200
    told = page.content.decode()
    assert not [
        each for each in (certificate.folio, certificate.shown_code, "100.00") if each in told
    ]
    assert client.get(certificate.get_absolute_url()).status_code == 404
    assert client.get(certificate.file_url).status_code == 404
