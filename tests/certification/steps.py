"""What the tests of the steps of an assessment share."""

from datetime import time, timedelta

from django.utils import timezone

from accounts.models import Activity
from beneficiaries.models import Attendance
from certification.actions import deciding, sessions
from certification.choices import CHECKLIST
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import EnrolmentFactory, GroupFactory, GroupSessionFactory
from tests.factories.certification import CentreFactory, hand, let_assess


def traced(verb, record, by):
    """The one activity of this verb, as the history keeps it."""
    activity = Activity.objects.get(verb=verb)
    assert (activity.actor, activity.model, activity.record_id) == (
        by,
        record._meta.label,
        record.pk,
    )
    assert activity.person_id == record.person_id
    return activity


def assigned(person, kind):
    """The ids of who has `kind` to do with the person today."""
    today = person.assignments.on(timezone.localdate()).filter(kind=kind)
    return set(today.values_list("user", flat=True))


def a_plan(assessment=None, **answers):
    """Where, when and by whom; for an assessment, those who may assess in its standard."""
    plan = {
        "centre": CentreFactory(),
        "evaluator": UserFactory(evaluator=True),
        "scheduled_for": timezone.localdate() + timedelta(days=3),
        "scheduled_at": time(8, 30),
    } | answers
    if assessment:
        let_assess(assessment.standard, centre=plan["centre"], evaluator=plan["evaluator"])
    return plan


def start(assessment, **answers):
    kept = {"version": 1, "identity_checked": "DUI", "by": assessment.evaluator} | answers
    return sessions.start_session(assessment, **kept)


def item_of(assessment, code):
    return assessment.standard_version.items.get(code=code)


def now(record):
    """A record as the database has it now."""
    return type(record).objects.get(pk=record.pk)


def send(assessment, **answers):
    """Send a portfolio to its verifier, with what the candidate signs."""
    kept = {
        "version": assessment.version,
        "verifier": answers.get("verifier") or UserFactory(verifier=True),
        "candidate_name": "Rosa",
        "agrees": True,
        "signature": hand(),
        "by": assessment.evaluator,
    }
    return deciding.send_to_verification(assessment, **kept | answers)


def approve(assessment, **answers):
    """Find that a portfolio conforms, each item looked at, and hand it to an officer."""
    kept = {
        "version": assessment.version,
        "checklist": CHECKLIST,
        "officer": answers.get("officer") or UserFactory(officer=True),
        "items": sessions.observed_in(assessment),
        "by": assessment.verifier,
    }
    return deciding.approve_portfolio(assessment, **kept | answers)


def train(person, *, on, mark="present", **group):
    """Somebody of a group came, or not, to a session on a day."""
    made = GroupFactory(**group)
    starts = timezone.localtime().replace(hour=10, minute=0) + (on - timezone.localdate())
    session = GroupSessionFactory(group=made, starts_at=starts, ends_at=starts + timedelta(hours=1))
    enrolment = EnrolmentFactory(group=made, person=person)
    return Attendance.objects.create(session=session, enrolment=enrolment, mark=mark)
