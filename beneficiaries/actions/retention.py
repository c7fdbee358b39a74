"""What is kept no longer: the clock proposes, two people agree, and the job erases (CASE-38)."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.erasing import erase_person
from beneficiaries.actions.rights import grants_erasure
from beneficiaries.choices import ErasureItemState, ErasureKind, ErasureState
from beneficiaries.models import Erasure, ErasureBatch, Person, RightsRequest
from genesis.lib.background import enqueue
from genesis.lib.days import add_months
from genesis.lib.states import change, lock, move

AT_ONCE = 200  # people whom a run erases before it asks for the next


def last_day_of(kind: str, today: date) -> date:
    """Who left on this day or earlier is kept no longer."""
    months = {
        ErasureKind.SENSITIVE: settings.RETENTION_MONTHS_SENSITIVE,
        ErasureKind.IDENTITY: settings.RETENTION_MONTHS,
    }
    return add_months(today, -months[ErasureKind(kind)])


def kept_too_long(kind: str, today: date) -> QuerySet[Any]:
    """Those whose last case closed so long ago, none is open, and nothing was erased since."""
    gone = Erasure.objects.filter(
        kind__in=[kind, ErasureKind.IDENTITY], state=ErasureItemState.ERASED
    )
    waiting = Erasure.objects.filter(kind=kind, state=ErasureItemState.PROPOSED)
    held = Erasure.objects.filter(kind=kind, state=ErasureItemState.KEPT)
    held = held.filter(ended_at__gt=timezone.now() - timedelta(days=settings.RETENTION_HOLD_DAYS))
    return (
        Person.objects.standing()
        .exclude(cases__closed_on=None)
        .annotate(left_on=Max("cases__closed_on"))
        .filter(left_on__lte=last_day_of(kind, today))
        .exclude(pk__in=gone.values("person"))
        .exclude(pk__in=waiting.values("person"))
        .exclude(pk__in=held.values("person"))
        .order_by("left_on", "pk")
    )


@transaction.atomic
def propose_erasures(today: date) -> int:
    """Put on the lists who is kept too long; nobody is erased by that. Say how many were added.

    Who was erased and came back with a new case, is not proposed as long as it is open.
    """
    added = 0
    for kind in ErasureKind:
        people = list(kept_too_long(kind, today))
        if not people:
            continue
        batch = _open_list(kind)
        Erasure.objects.bulk_create(
            Erasure(batch=batch, person=each, kind=kind, closed_on=each.left_on) for each in people
        )
        record_activity("erasure.proposed", batch, by=None, people=len(people))
        added += len(people)
    return added


def _open_list(kind: str) -> ErasureBatch:
    """The list of a kind to which people are added until somebody confirms it."""
    batch, _new = ErasureBatch.objects.get_or_create(kind=kind, state=ErasureState.PROPOSED)
    return lock(batch)


@transaction.atomic
def propose_as_asked(request: RightsRequest, *, by: User) -> Erasure:
    """Put on the list whoever asked that her data be erased, and was told yes.

    Raises ValidationError for another request, and while a case of hers is open.
    """
    if not grants_erasure(request):
        raise ValidationError(_("Only an erasure that was granted is proposed."))
    person = lock(request.person)
    if person.cases.filter(closed_on=None).exists():
        raise ValidationError(_("A case is open: it is closed first."))
    batch = _open_list(ErasureKind.IDENTITY)
    item, new = Erasure.objects.get_or_create(
        person=person,
        kind=ErasureKind.IDENTITY,
        state=ErasureItemState.PROPOSED,
        defaults={"batch": batch, "asked_for": True},
    )
    if new:
        record_activity("erasure.asked", item, by=by)
    return item


@transaction.atomic
def keep_person(item: Erasure, *, version: int, reason: str, by: User) -> Erasure:
    """Take somebody off the list for a reason, such as a lawsuit. Raises StaleRecord."""
    item = lock(item)
    _must_be_open(item)
    if not reason:
        raise ValidationError({"reason": _("Say why her or his data are kept.")})
    _end(item, version, state=ErasureItemState.KEPT, kept_reason=reason, ended_by=by)
    record_activity("erasure.kept", item, by=by)
    return item


def _must_be_open(item: Erasure) -> None:
    if item.state != ErasureItemState.PROPOSED or item.batch.state == ErasureState.APPROVED:
        raise ValidationError(_("This was decided already."))


def _end(item: Erasure, version: int, **values: Any) -> None:
    change(item, version=version, ended_at=timezone.now(), **values)


@transaction.atomic
def confirm_erasure(batch: ErasureBatch, *, version: int, by: User) -> ErasureBatch:
    """The data-protection officer agrees to a list, as the first of two people.

    Raises MoveNotAllowed, StaleRecord, and ValidationError for an empty list.
    """
    batch = lock(batch)
    if not batch.items.filter(state=ErasureItemState.PROPOSED).exists():
        raise ValidationError(_("There is nobody on this list."))
    changes = move(
        batch,
        ErasureState.CONFIRMED,
        version=version,
        confirmed_at=timezone.now(),
        confirmed_by=by,
    )
    record_activity("erasure.confirmed", batch, by=by, changes=changes)
    return batch


@transaction.atomic
def approve_erasure(batch: ErasureBatch, *, version: int, by: User) -> ErasureBatch:
    """The second person agrees: what is on the list is erased, and nobody can take it back.

    Raises MoveNotAllowed, StaleRecord, and ValidationError for the first of the two.
    """
    batch = lock(batch)
    if batch.confirmed_by_id == by.pk:
        raise ValidationError(_("Two people agree to an erasure: somebody else has to approve it."))
    changes = move(
        batch, ErasureState.APPROVED, version=version, approved_at=timezone.now(), approved_by=by
    )
    record_activity("erasure.approved", batch, by=by, changes=changes)
    enqueue("beneficiaries.jobs.run_erasure", batch_id=batch.pk)
    return batch


def run_erasure(batch: ErasureBatch) -> None:
    """Erase who is on a list that two people approved; one that came back meanwhile is kept."""
    if batch.state != ErasureState.APPROVED:
        raise ValidationError(_("Two people agree to an erasure: somebody else has to approve it."))
    waiting = batch.items.filter(state=ErasureItemState.PROPOSED).order_by("pk")
    for item in waiting[:AT_ONCE]:
        _erase_one(item, by=batch.approved_by)
    batch.more_to_do = batch.items.filter(state=ErasureItemState.PROPOSED).exists()


def _erase_one(item: Erasure, *, by: User | None) -> None:
    person = Person.objects.select_for_update(of=("self",)).get(pk=item.person_id)
    if came_back(item, person):
        reason = _("She or he came back: a case is open, or closed later.")
        _end(item, item.version, state=ErasureItemState.KEPT, kept_reason=reason)
        record_activity("erasure.kept", item, by=None)
        return
    counts = erase_person(person, item.kind)
    item.refresh_from_db()
    _end(item, item.version, state=ErasureItemState.ERASED, counts=counts, ended_by=by)
    record_activity("erasure.done", item, by=by, kind=item.kind)


def came_back(item: Erasure, person: Person) -> bool:
    """Whether somebody on a list has a case that is open, or one that closed after its day."""
    last = person.cases.order_by("-episode").first()
    if last is None:
        return not item.asked_for
    if person.merged_into_id or last.closed_on is None:
        return True
    return not item.asked_for and item.closed_on is not None and last.closed_on > item.closed_on
