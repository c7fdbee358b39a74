"""What people ask of their data, from the day it comes in to the answer (CASE-37, machine 5.19)."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.duplicates import close_task
from beneficiaries.actions.messages import cancel_messages
from beneficiaries.choices import (
    RIGHTS_OF_THE_OFFICE,
    RIGHTS_WAITING,
    ConsentPurpose,
    Right,
    RightsOutcome,
    RightsState,
    TaskKind,
)
from beneficiaries.models import OrganizationPlace, Person, RightsFile, RightsRequest, Task
from genesis.lib.background import enqueue
from genesis.lib.states import change, lock, move
from genesis.lib.working_days import working_days_after

DAYS = 20  # working days to answer, and as many more when they are extended: the law's


@transaction.atomic
def receive_request(person: Person, *, key: UUID, by: User, **answers: Any) -> RightsRequest:
    """Take down what somebody asks of her data; the days to answer begin to run.

    Raises OtherContent and ValidationError.
    """
    sent = claim(key, by=by, content=[person, answers])
    if sent.result:
        return RightsRequest.objects.get(pk=sent.result)
    if answers["received_on"] > timezone.localdate():
        raise ValidationError({"received_on": _("Choose today or an earlier day.")})
    due_on = working_days_after(
        answers["received_on"], DAYS, department=department_of(person.office)
    )
    request = RightsRequest(
        person=person, office=person.office, received_by=by, due_on=due_on, **answers
    )
    request.full_clean()
    request.save()
    settle(sent, request)
    record_activity("rights.received", request, by=by, right=request.right, due_on=due_on)
    return request


def department_of(office: Organization) -> str:
    """The department in which an office stands, by its ISO code: it has holidays of its own."""
    place = OrganizationPlace.objects.filter(organization=office).select_related(
        "district__department"
    )
    found = place.first()
    if found is None or found.district is None:
        return ""
    return found.district.department.iso.partition("-")[2]


@transaction.atomic
def check_identity(
    request: RightsRequest, *, version: int, proved: bool, proof: str, by: User
) -> RightsRequest:
    """Say how whoever asks proved who she is, or that she did not; then it ends.

    Raises MoveNotAllowed and StaleRecord.
    """
    to = RightsState.IDENTITY_VERIFIED if proved else RightsState.IDENTITY_FAILED
    return _move(
        request,
        to,
        version=version,
        by=by,
        identity_at=timezone.now(),
        identity_by=by,
        identity_proof=proof,
    )


@transaction.atomic
def begin_review(request: RightsRequest, *, version: int, by: User) -> RightsRequest:
    """Look at what is asked. Raises MoveNotAllowed and StaleRecord."""
    return _move(request, RightsState.IN_REVIEW, version=version, by=by)


@transaction.atomic
def extend_request(request: RightsRequest, *, version: int, reason: str, by: User) -> RightsRequest:
    """Take as many working days again, once and with a reason that the person is told.

    Raises MoveNotAllowed, StaleRecord, and ValidationError when the days are over.
    """
    if request.due_on < timezone.localdate():
        raise ValidationError(_("The days to answer are over: they can no longer be extended."))
    due_on = working_days_after(request.due_on, DAYS, department=department_of(request.office))
    return _move(
        request,
        RightsState.EXTENDED,
        version=version,
        by=by,
        extended_at=timezone.now(),
        extended_by=by,
        extension_reason=reason,
        due_on=due_on,
    )


@transaction.atomic
def answer_request(
    request: RightsRequest, *, version: int, outcome: str, ground: str, answer: str, by: User
) -> RightsRequest:
    """Give the answer, with the ground of all that is not granted.

    A restriction that is granted holds from this moment on; a correction or an
    objection is left to the coordination of the office that holds the file. Raises
    MoveNotAllowed, StaleRecord and ValidationError.
    """
    if outcome != RightsOutcome.GRANTED and not ground:
        raise ValidationError({"ground": _("Say on what ground it is not granted.")})
    person = lock(request.person)  # what is prepared for her at this moment waits
    request = _move(
        request,
        RightsState.ANSWERED,
        version=version,
        by=by,
        answered_at=timezone.now(),
        answered_by=by,
        outcome=outcome,
        ground="" if outcome == RightsOutcome.GRANTED else ground,
        answer=answer,
        task=_leave_to_office(request, person, by) if outcome != RightsOutcome.REFUSED else None,
    )
    if request.restricts:
        _restrict(person, by=by)
    return request


def _leave_to_office(request: RightsRequest, person: Person, by: User) -> Task | None:
    """Leave to coordination what only the office can do: correct a file, take back a consent."""
    if request.right not in RIGHTS_OF_THE_OFFICE:
        return None
    return Task.objects.create(
        kind=TaskKind.RIGHT_GRANTED,
        person=person,
        office=person.office,
        raised_for=person.office,
        raised_by=by,
        due_on=max(request.due_on, timezone.localdate()),
    )


def _restrict(person: Person, *, by: User) -> None:
    """Keep her data from now on and use them no more; what waits to be sent is put aside."""
    if person.restricted_at is None:
        changes = change(person, version=person.version, restricted_at=timezone.now())
        record_activity("person.restricted", person, by=by, changes=changes)
    cancel_messages(person, ConsentPurpose.REGISTRATION, by)


@transaction.atomic
def lift_restriction(
    request: RightsRequest, *, version: int, reason: str, by: User
) -> RightsRequest:
    """Let her data be used again, unless another request of hers restricts them as well.

    Raises StaleRecord, and ValidationError where this request restricts nothing.
    """
    person = lock(request.person)
    request = lock(request)
    if not request.restricts:
        raise ValidationError(_("By this request nothing is restricted."))
    lifted = {"lifted_at": timezone.now(), "lifted_by": by, "lift_reason": reason}
    changes = change(request, version=version, **lifted)
    record_activity("rights.restriction_lifted", request, by=by, changes=changes)
    if not person.rights_requests.restricting().exists():
        changes = change(person, version=person.version, restricted_at=None)
        record_activity("person.unrestricted", person, by=by, changes=changes)
        # A file that was merged into hers may be taken apart again, and her request stays here.
        Person.objects.filter(merged_into=person).update(restricted_at=None)
    return request


@transaction.atomic
def close_request(request: RightsRequest, *, version: int, by: User) -> RightsRequest:
    """The answer reached her, and what was granted is done.

    Raises MoveNotAllowed, StaleRecord, and ValidationError while the office has not done it.
    """
    if not lock(request).is_carried_out:
        raise ValidationError(_("The office has not yet said that it did what was granted."))
    return _move(request, RightsState.CLOSED, version=version, by=by)


@transaction.atomic
def withdraw_request(request: RightsRequest, *, version: int, by: User) -> RightsRequest:
    """She does not want it any more; a restriction that stands is lifted, with its reason.

    Raises MoveNotAllowed and StaleRecord, and ValidationError while it stands.
    """
    lock(request.person)
    if lock(request).restricts:
        raise ValidationError(_("Her or his data are restricted by this request: lift that first."))
    request = _move(request, RightsState.WITHDRAWN, version=version, by=by)
    if request.task and not request.is_carried_out:
        outcome = _("The request was withdrawn.")
        close_task(request.task, version=request.task.version, outcome=outcome, by=by)
    return request


def _move(
    request: RightsRequest, to: RightsState, *, version: int, by: User, **values: Any
) -> RightsRequest:
    request = lock(request)
    changes = move(request, to, version=version, **values)
    record_activity(f"rights.{to}", request, by=by, changes=changes)
    return request


# The copy


@transaction.atomic
def ask_for_copy(request: RightsRequest, *, by: User) -> RightsFile:
    """Have the copy of what is kept of her made, in the background; once for each request.

    Raises ValidationError unless a copy is asked for and identity is proved.
    """
    request = lock(request)
    if not request.asks_for_a_copy or request.state not in {
        *RIGHTS_WAITING,
        RightsState.ANSWERED,
    } - {RightsState.RECEIVED}:
        raise ValidationError(_("A copy is made of a proved request for access or portability."))
    made, new = RightsFile.objects.get_or_create(request=request, defaults={"asked_by": by})
    if new:
        record_activity("rights.copy_asked", made, by=by)
        enqueue("beneficiaries.jobs.write_rights_file", file_id=made.pk)
    return made


@transaction.atomic
def hand_out(copy: RightsFile, *, version: int, by: User) -> RightsFile:
    """Hand the copy out, once. Raises StaleRecord, and ValidationError when it is not there."""
    copy = lock(copy)
    if not copy.can_be_handed_out:
        raise ValidationError(_("This copy was handed out already, or is not there."))
    change(copy, version=version, handed_out_at=timezone.now(), handed_out_by=by)
    record_activity("rights.copy_handed_out", copy, by=by)
    return copy


@transaction.atomic
def erase_old_copies() -> int:
    """Delete the copies some days after they were made; return how many."""
    old = timezone.now() - settings.RIGHTS_FILE_KEPT
    copies = list(RightsFile.objects.filter(made_at__lt=old).exclude(file=""))
    for copy in copies:
        name, storage = str(copy.file.name), copy.file.storage
        RightsFile.objects.filter(pk=copy.pk).update(file="", erased_at=timezone.now())
        transaction.on_commit(partial(storage.delete, name))
    return len(copies)


def grants_erasure(request: RightsRequest) -> bool:
    """Whether her identity is to be erased because she asked for it."""
    asked = request.right in {Right.CANCELLATION, Right.FORGETTING}
    return asked and request.outcome in {RightsOutcome.GRANTED, RightsOutcome.PARTLY}
