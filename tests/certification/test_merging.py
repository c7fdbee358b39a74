"""Two files of one person with assessments: what goes over, and what has to be done first."""

import pytest

from beneficiaries.actions.merging import merge_people
from beneficiaries.actions.moves import StillToBeDone
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import PersonFactory
from tests.factories.certification import AssessmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-1")]


def merge(kept, merged):
    by = UserFactory(programme_coordinator=True)
    return merge_people(kept, merged, versions=(1, 1), reason="Es ella.", by=by)


def test_an_assessment_goes_over():
    kept, assessment = PersonFactory(), AssessmentFactory(certified=True)

    merge(kept, assessment.person)

    assessment.refresh_from_db()
    assert assessment.person == kept


def test_two_assessments_in_one_standard_are_not_merged():
    one = AssessmentFactory()
    other = AssessmentFactory(standard_version=one.standard_version)

    with pytest.raises(StillToBeDone):
        merge(one.person, other.person)

    other.refresh_from_db()
    assert other.person != one.person


def test_what_was_decided_twice_stays_as_it_was_signed():
    one = AssessmentFactory(certified=True)
    other = AssessmentFactory(certified=True, standard_version=one.standard_version)
    other.person.documents.all().delete()

    merge(one.person, other.person)

    other.refresh_from_db()
    assert other.person.merged_into == one.person
