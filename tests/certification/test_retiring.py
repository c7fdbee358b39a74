"""A published version that is faulty: nobody begins with it, what has begun keeps it (CERT-2)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from certification.actions import enrolling
from certification.actions.refusals import ReasonMissing
from certification.actions.retiring import NotPublished, retire_version
from certification.choices import AssessmentState, VersionState
from certification.contributions import today
from certification.models import StandardRetirement
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-2")]
WHY = "El peso de GO-12 está equivocado."


@pytest.fixture
def coordinator():
    return UserFactory(programme_coordinator=True)


def retire(version, by, **told):
    return retire_version(version, **{"key": uuid4(), "reason": WHY} | told, by=by)


def lines(user):
    return [each.detail for block in today.blocks(user) for each in block.lines]


def test_nobody_begins_with_it_and_what_has_begun_keeps_it(coordinator):
    begun = AssessmentFactory(state=AssessmentState.PLAN_AGREED)
    version = begun.standard_version

    retire(version, coordinator)

    version.refresh_from_db()
    assert version.state == VersionState.RETIRED
    with pytest.raises(enrolling.StandardNotInForce):
        enrolling.in_force(version)
    with pytest.raises(IntegrityError, match="nobody begins"), transaction.atomic():
        AssessmentFactory(standard_version=version)
    begun.refresh_from_db()
    assert (begun.standard_version, begun.state) == (version, AssessmentState.PLAN_AGREED)
    told = Activity.objects.get(verb="standard.retired")
    assert (told.actor, told.changes) == (coordinator, {"reason": ["", WHY]})


def test_those_whose_day_is_still_to_come_are_told(coordinator, client):
    later = timezone.localdate() + timedelta(days=20)
    planned = AssessmentFactory(state=AssessmentState.PLAN_AGREED, scheduled_for=later)
    evaluator, caseworker = planned.evaluator, planned.enrolled_by
    told = "Se retiró su versión del estándar: vea si se realiza de todos modos."
    before = {user: any(told in each for each in lines(user)) for user in (evaluator, caseworker)}

    retire(planned.standard_version, coordinator)

    after = {user: any(told in each for each in lines(user)) for user in (evaluator, caseworker)}
    assert (set(before.values()), set(after.values())) == ({False}, {True})
    client.force_login(evaluator)
    page = client.get(planned.get_absolute_url()).content.decode()
    assert WHY in page


def test_the_page_retires_once_and_asks_why(coordinator, client):
    version = StandardVersionFactory()
    address = reverse("certification:standard_retire", args=[version.public_id])
    other = Client()
    other.force_login(UserFactory(verifier=True))
    assert other.get(address).status_code == 403
    client.force_login(coordinator)
    key = str(uuid4())

    empty = client.post(address, {"key": key, "reason": " "})
    answers = [client.post(address, {"key": key, "reason": WHY}) for _n in range(2)]
    again = client.post(address, {"key": str(uuid4()), "reason": WHY})

    assert empty.status_code == 422
    assert [each.status_code for each in answers] == [302, 302]
    assert again.status_code == 422
    assert "Solo se retira una versión publicada" in again.content.decode()
    page = client.get(version.get_absolute_url()).content.decode()
    assert WHY in page
    assert address not in page
    assert StandardRetirement.objects.count() == 1


def test_a_draft_is_not_retired_and_a_retirement_says_why(coordinator):
    with pytest.raises(NotPublished):
        retire(StandardVersionFactory(draft=True), coordinator)
    with pytest.raises(ReasonMissing):
        retire(StandardVersionFactory(), coordinator, reason=" ")


def test_the_database_keeps_it_as_it_was_written(coordinator):
    made = retire(StandardVersionFactory(), coordinator)

    for refused in (
        lambda: StandardRetirement.objects.update(reason="Otra cosa"),
        made.delete,
        lambda: StandardRetirement.objects.create(
            standard_version=StandardVersionFactory(), reason="x", by=coordinator
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
