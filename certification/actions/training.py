"""Training on the way to a certificate: referred to, and closed (transitions 3 and 4)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import Organization, User
from beneficiaries.actions.enrolments import enrol_people
from beneficiaries.actions.services import record_service
from beneficiaries.choices import TAKING_PART, EnrolmentState, Service
from beneficiaries.models import Enrolment, Group, Person
from certification.actions.parts import check_state
from certification.actions.refusals import NotPossible, OutOfStep
from certification.choices import AssessmentState, Route, TrainingEnd, TrainingOutcome
from certification.models import Assessment, Trainer, Training
from genesis.lib.states import Changes, change, lock, move


@transaction.atomic
def refer_to_training(assessment: Assessment, *, version: int, by: User, **course: Any) -> Training:
    """Refer somebody to reskilling or upskilling before she is admitted: her assessment waits.

    `course` are service, group or provider, and the last day of a provider's. Into
    a group of the programme she is enrolled. Raises ValidationError for a course
    that is not whole, or a group that receives another service.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.IN_TRAINING, version=version)
    return _refer(assessment, changes, by=by, **course)


@transaction.atomic
def refer_after_result(
    assessment: Assessment, *, version: int, by: User, **course: Any
) -> Training:
    """Refer somebody to what closes her gaps after «not yet competent»; the result stays.

    Another attempt may follow it. Raises OutOfStep without such a result, and
    what `refer_to_training` raises.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.CLOSED_NOT_YET)
    changes = change(assessment, version=version)
    return _refer(assessment, changes, by=by, **course)


def _refer(
    assessment: Assessment,
    changes: Changes,
    *,
    service: Service,
    group: Group | None = None,
    provider: Organization | None = None,
    ends_on: date | None = None,
    by: User,
) -> Training:
    if (group is None) == (provider is None):
        raise ValidationError({"group": _("Choose a group, or who trains her or him elsewhere.")})
    if group and group.service != service:
        raise ValidationError({"group": _("This group receives another service.")})
    last = group.ends_on if group else ends_on
    if last is None:
        raise ValidationError({"ends_on": _("Say on which day it ends.")})
    training = Training(
        assessment=assessment,
        service=service,
        group=group,
        provider=provider,
        ends_on=last,
        referred_by=by,
    )
    training.validate_constraints()
    training.save()
    if group:
        enrol_people(group, [assessment.person], key=training.public_id, by=by)
    record_activity(
        "assessment.referred_to_training", assessment, by=by, changes=changes, service=service
    )
    return training


class StillInTheGroup(NotPossible):
    """A training in a group ends as her enrolment in it does."""

    sentence = gettext_noop("The group is not over for her or him yet.")


@transaction.atomic
def close_training(
    training: Training,
    *,
    version: int,
    outcome: TrainingOutcome,
    completed_on: date | None = None,
    trainers: Collection[User] = (),
    by: User,
) -> Training:
    """Keep what came of a training; whoever completed it received the service (1d, 1e).

    Of a group it follows from the enrolment, and `outcome` and `completed_on` are
    not asked. Of another body's, `trainers` are those of our people who taught there:
    whoever trained somebody does not assess her (CERT-3). `version` is that of the
    assessment, which goes on to where it stood before. Raises StillInTheGroup,
    OutOfStep when it is closed already, and ValidationError for a day that has not come.
    """
    lock(training.assessment.person)
    assessment = lock(training.assessment)
    training = lock(training)
    if training.closed_at:
        raise OutOfStep
    if training.group:
        outcome, completed_on = _end_of(training)
    elif outcome == TrainingOutcome.COMPLETED:
        _check_day(training, completed_on)
    if assessment.state == AssessmentState.CLOSED_NOT_YET:
        changes = change(assessment, version=version)
    else:
        check_state(assessment, AssessmentState.IN_TRAINING)
        changes = move(
            assessment, AssessmentState.DIAGNOSED, version=version, route=Route.AFTER_TRAINING
        )
    training.outcome, training.closed_at, training.closed_by = outcome, timezone.now(), by
    training.completed_on = completed_on if outcome == TrainingOutcome.COMPLETED else None
    training.save(update_fields=["outcome", "completed_on", "closed_at", "closed_by"])
    if training.provider:
        Trainer.objects.bulk_create(
            Trainer(training=training, user=each, named_by=by) for each in trainers
        )
    if training.provider and training.completed_on:  # a group has recorded it itself
        record_service(
            assessment.person,
            Service(training.service),
            on=training.completed_on,
            organization=training.provider,
            source=f"training:{training.pk}",
            by=by,
        )
    record_activity("assessment.training_closed", assessment, by=by, changes=changes)
    return training


@transaction.atomic
def name_trainers(
    training: Training, *, version: int, trainers: Collection[User], by: User
) -> Training:
    """Name those of our people who taught at another body, while it lasts or after (CERT-3).

    Also of a training that ended with the assessment or the case. `version` is that of the
    assessment. Raises OutOfStep for a group, whose lists tell it, and StaleRecord.
    """
    lock(training.assessment.person)
    assessment = lock(training.assessment)
    training = lock(training)
    if training.provider is None:
        raise OutOfStep
    changes = change(assessment, version=version)
    named = set(training.trainers.values_list("user", flat=True))
    made = [each for each in trainers if each.pk not in named]
    Trainer.objects.bulk_create(Trainer(training=training, user=each, named_by=by) for each in made)
    users = [each.pk for each in made]
    record_activity("assessment.trainers_named", assessment, by=by, changes=changes, users=users)
    return training


def end_trainings(assessment: Assessment, *, because: TrainingEnd, by: User) -> None:
    """Close the course that is under way as something else ended; call it with the lock.

    Who has completed the group before has completed it; otherwise it was not completed.
    """
    for training in assessment.trainings.under_way():
        outcome, completed_on = _so_far(lock(training))
        closed = {"closed_at": timezone.now(), "closed_by": by, "ended_because": because}
        Training.objects.filter(pk=training.pk).update(
            outcome=outcome, completed_on=completed_on, **closed
        )
        record_activity("assessment.training_closed", assessment, by=by, because=because)


def end_with_case(person: Person, by: User) -> None:
    """Close the courses of somebody who leaves the programme; her result stays."""
    under_way = Training.objects.under_way().filter(assessment__person=person)
    for assessment in Assessment.objects.filter(pk__in=under_way.values("assessment")):
        end_trainings(lock(assessment), because=TrainingEnd.CASE_CLOSED, by=by)


def _so_far(training: Training) -> tuple[TrainingOutcome, date | None]:
    if training.group is None:
        return TrainingOutcome.NOT_COMPLETED, None
    try:
        return _end_of(training)
    except StillInTheGroup:
        return TrainingOutcome.NOT_COMPLETED, None


def _end_of(training: Training) -> tuple[TrainingOutcome, date | None]:
    """What a group came to for her, and on which day. Raises StillInTheGroup."""
    enrolment = Enrolment.objects.filter(
        group=training.group, person=training.assessment.person_id
    ).first()
    if enrolment and enrolment.state in {*TAKING_PART, EnrolmentState.INVITED}:
        raise StillInTheGroup
    if enrolment is None or enrolment.state != EnrolmentState.COMPLETED:
        return TrainingOutcome.NOT_COMPLETED, None
    last = enrolment.group.sessions.held().latest("starts_at")
    return TrainingOutcome.COMPLETED, timezone.localdate(last.starts_at)


def _check_day(training: Training, day: date | None) -> None:
    if day is None:
        raise ValidationError({"completed_on": _("Say on which day it was completed.")})
    if not timezone.localdate(training.referred_at) <= day <= timezone.localdate():
        raise ValidationError(
            {"completed_on": _("Choose a day since the referral that has already come.")}
        )
