"""Declared conflicts of interest: while they run, nobody is planned, begun or judged (CERT-3)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.choices import Service
from certification.actions import evaluators, interests, planning
from certification.choices import AssessmentState, InterestKind
from certification.models import DeclaredInterest, Training
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import PersonFactory
from tests.factories.certification import AssessmentFactory, EvaluatorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-3")]


@pytest.fixture
def day():
    return timezone.localdate()


@pytest.fixture
def evaluator():
    return EvaluatorFactory()


@pytest.fixture
def coordinator():
    return UserFactory(programme_coordinator=True)


def note(evaluator, by, **told):
    kept = {
        "key": uuid4(),
        "kind": InterestKind.PARTNER,
        "person": None,
        "organization": None,
        "valid_from": timezone.localdate() - timedelta(days=10),
        "valid_until": None,
        "note": "",
    }
    return interests.note_interest(evaluator, **kept | told, by=by)


def barred(person, evaluator, on):
    try:
        planning.check_conflict(person, evaluator.user, on=on)
    except planning.ConflictOfInterest:
        return True
    return False


@pytest.mark.parametrize("kind", list(InterestKind))
def test_it_bars_from_its_first_day_to_its_last(evaluator, coordinator, day, kind):
    person, other = PersonFactory(), PersonFactory()
    last = day + timedelta(days=5)

    note(evaluator, coordinator, kind=kind, person=person, valid_until=last)

    days = {-11: False, -10: True, 5: True, 6: False}
    found = {n: barred(person, evaluator, day + timedelta(days=n)) for n in days}
    assert found == days
    assert not barred(other, evaluator, day)
    assert not barred(person, EvaluatorFactory(), day)


def test_of_an_organization_it_bars_from_whom_that_trained(evaluator, coordinator, day):
    body = OrganizationFactory(kinds=["training_body"])
    trained, other = AssessmentFactory.create_batch(2, state=AssessmentState.DIAGNOSED)
    Training.objects.create(
        assessment=trained,
        service=Service.UPSKILLING,
        provider=body,
        ends_on=day,
        referred_by=coordinator,
    )

    made = note(evaluator, coordinator, kind=InterestKind.EMPLOYER, organization=body)

    assert barred(trained.person, evaluator, day)
    assert not barred(other.person, evaluator, day)
    interests.end_interest(made, version=1, valid_until=day - timedelta(days=1), by=coordinator)
    assert not barred(trained.person, evaluator, day)
    made.refresh_from_db()
    with pytest.raises(ValidationError, match="ya se dijo"):
        interests.end_interest(made, version=2, valid_until=day, by=coordinator)
    with pytest.raises(IntegrityError, match="is ended"), transaction.atomic():
        DeclaredInterest.objects.update(valid_until=day)


def test_what_was_planned_before_is_not_begun(coordinator, day):
    planned = AssessmentFactory(state=AssessmentState.PLAN_AGREED)
    note(planned.evaluator.evaluator, coordinator, person=planned.person)

    with pytest.raises(planning.ConflictOfInterest):
        planning.check_session(planned, at=timezone.now())


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"kind": InterestKind.RELATIVE, "organization": True},
        {"person": True, "organization": True},
        {"person": True, "valid_until": timezone.localdate() - timedelta(days=30)},
    ],
)
def test_it_is_about_somebody_or_a_body_and_ends_after_it_begins(evaluator, coordinator, told):
    told = {
        **told,
        **({"person": PersonFactory()} if told.get("person") else {}),
        **({"organization": OrganizationFactory()} if told.get("organization") else {}),
    }

    with pytest.raises(ValidationError):
        note(evaluator, coordinator, **told)
    assert not DeclaredInterest.objects.exists()


def test_nobody_notes_their_own_and_the_database_lets_nothing_be_changed(evaluator, coordinator):
    with pytest.raises(evaluators.OwnAccreditation):
        note(evaluator, evaluator.user, person=PersonFactory())

    made = note(evaluator, coordinator, person=PersonFactory(), kind=InterestKind.OTHER)

    with pytest.raises(IntegrityError, match="is ended"), transaction.atomic():
        DeclaredInterest.objects.filter(pk=made.pk).update(kind="partner")
    assert Activity.objects.get(verb="evaluator.conflict_noted").actor == coordinator


def test_coordination_notes_and_ends_it_on_the_evaluators_page(client, evaluator, coordinator):
    person = PersonFactory()
    address = reverse("certification:interest_note", args=[evaluator.public_id])
    stranger = Client()
    stranger.force_login(UserFactory(verifier=True))
    assert stranger.get(address).status_code == 403
    client.force_login(coordinator)
    told = {"key": str(uuid4()), "kind": "relative", "valid_from": "2026-01-05", "note": "Primo"}

    for wrong in ({}, {"file_number": "GS-1999-99999"}, {"organization": "0"}):
        assert client.post(address, told | wrong).status_code == 422
    done = client.post(address, told | {"file_number": person.file_number.lower()})

    assert done.status_code == 302
    made = DeclaredInterest.objects.get()
    assert (made.person, made.kind, made.note) == (person, "relative", "Primo")
    page = client.get(evaluator.get_absolute_url()).content.decode()
    assert person.file_number in page
    assert person.surnames not in page
    end = reverse("certification:interest_end", args=[made.public_id])
    assert client.post(end, {"version": 1, "valid_until": "2025-01-01"}).status_code == 422
    done = client.post(end, {"version": 1, "valid_until": "2026-02-01"})
    assert done.status_code == 302, done.context["form"].errors
    made.refresh_from_db()
    assert str(made.valid_until) == "2026-02-01"
