"""Accrediting centres, standard by standard: asked for, visited, granted, suspended, renewed."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from accounts.roles import Permission
from certification.actions.parts import given_reason
from certification.actions.planning import lacking_equipment
from certification.actions.refusals import NotPossible, OwnSuspension
from certification.choices import (
    HELD,
    LATER_VISITS,
    UNDER_WAY,
    AccreditationState,
    VisitKind,
    VisitOutcome,
)
from certification.models import (
    AccreditationVisit,
    Assessment,
    Centre,
    CentreAccreditation,
    CentreEquipment,
    CorrectiveAction,
    Equipment,
    Standard,
    StandardVersion,
)
from genesis.lib.states import MoveNotAllowed, change, lock, move
from genesis.lib.storage import stored
from genesis.lib.uploads import Checked, RefusedFile, check_upload

State = AccreditationState


class CentreEnded(NotPossible):
    """An organization that has ended is accredited no more."""

    sentence = gettext_noop("The organization of this centre has ended.")


class NotToBeGranted(NotPossible):
    """Something is lacking for which a centre is accredited (CERT-16)."""


class OwnRequest(NotPossible):
    """Nobody grants what they asked for themselves."""

    sentence = gettext_noop("Whoever asked for it does not grant it: somebody else decides.")


@transaction.atomic
def request_accreditation(
    centre: Centre,
    *,
    key: UUID,
    standard: Standard,
    workstations: int,
    max_per_day: int,
    by: User,
) -> CentreAccreditation:
    """Ask that a centre may assess in a standard; the same form sent twice asks once.

    Raises CentreEnded, ValidationError where it is asked for or held already, and OtherContent.
    """
    sent = claim(key, by=by, content=[centre, standard, workstations, max_per_day])
    if sent.result:
        return CentreAccreditation.objects.get(pk=sent.result)
    centre = lock(centre)  # two requests of one standard must see each other
    of_standard = centre.accreditations.filter(standard=standard)
    _check_not_under_way(of_standard)
    held = of_standard.filter(state__in=HELD, valid_until__gte=timezone.localdate()).first()
    if held:
        raise ValidationError(
            {"standard": _("The centre holds it: ask for its renewal on its page.")}
        )
    made = _ask(centre, standard, workstations, max_per_day, by=by)
    settle(sent, made)
    return made


@transaction.atomic
def renew_accreditation(
    accreditation: CentreAccreditation,
    *,
    key: UUID,
    workstations: int,
    max_per_day: int,
    by: User,
) -> CentreAccreditation:
    """Ask for the next accreditation: this one holds until its own end.

    Raises MoveNotAllowed unless it is accredited, ValidationError where a
    request is under way, CentreEnded and OtherContent.
    """
    sent = claim(key, by=by, content=[accreditation, workstations, max_per_day])
    if sent.result:
        return CentreAccreditation.objects.get(pk=sent.result)
    centre = lock(accreditation.centre)
    accreditation = lock(accreditation)
    if accreditation.state != State.ACCREDITED:
        raise MoveNotAllowed(accreditation, State.RENEWAL_REQUESTED)
    _check_not_under_way(centre.accreditations.filter(standard=accreditation.standard))
    made = _ask(
        centre, accreditation.standard, workstations, max_per_day, by=by, renews=accreditation
    )
    settle(sent, made)
    return made


def _check_not_under_way(accreditations: Any) -> None:
    if accreditations.filter(state__in=UNDER_WAY).exists():
        words = _("A request of this standard is under way already.")
        raise ValidationError({"standard": words})


def _ask(
    centre: Centre,
    standard: Standard,
    workstations: int,
    max_per_day: int,
    *,
    by: User,
    renews: CentreAccreditation | None = None,
) -> CentreAccreditation:
    if centre.organization.ended_at:
        raise CentreEnded
    _check_room(workstations, max_per_day)
    made = CentreAccreditation.objects.create(
        centre=centre,
        standard=standard,
        renews=renews,
        state=State.RENEWAL_REQUESTED if renews else State.REQUESTED,
        workstations=workstations,
        max_per_day=max_per_day,
        requested_by=by,
        state_by=by,
    )
    verb = "accreditation.renewal_requested" if renews else "accreditation.requested"
    record_activity(verb, made, by=by, standard=standard.code)
    return made


def _check_room(workstations: int, max_per_day: int) -> None:
    if workstations < 1:
        raise ValidationError({"workstations": _("At least one.")})
    if max_per_day < workstations:
        words = _("In a day at least as many as there are workstations.")
        raise ValidationError({"max_per_day": words})


def _go(
    accreditation: CentreAccreditation,
    to: State,
    *,
    version: int,
    by: User,
    reason: str = "",
    verb: str = "",
    **values: Any,
) -> None:
    """Move what is locked, with who, when and why; and keep that it happened."""
    check_not_own(accreditation.centre, by)
    changes = move(
        accreditation,
        to,
        version=version,
        state_since=timezone.now(),
        state_by=by,
        reason=reason,
        **values,
    )
    for name in ("state_since", "resolution"):  # the file is known by its digest
        changes.pop(name, None)
    record_activity(f"accreditation.{verb or to}", accreditation, by=by, changes=changes)


class OwnCentre(NotPossible):
    """Nobody accredits the centre that they manage (SEC-13)."""

    sentence = gettext_noop("Whoever manages a centre does not accredit it: somebody else decides.")


def check_not_own(centre: Centre, by: User) -> None:
    """Raise OwnCentre for who asks for the accreditation of this centre."""
    if by.may(Permission.CENTRE_APPLY, at=centre.organization):
        raise OwnCentre


@transaction.atomic
def accept_documents(
    accreditation: CentreAccreditation, *, version: int, by: User
) -> CentreAccreditation:
    """Say that the papers of a request are in order: a visit follows."""
    accreditation = lock(accreditation)
    _go(accreditation, State.DOCUMENTS_OK, version=version, by=by)
    return accreditation


@transaction.atomic
def plan_visit(
    accreditation: CentreAccreditation, *, version: int, on: date, by: User
) -> CentreAccreditation:
    """Say on which day a centre is visited, for the first time or again. Raises ValidationError."""
    accreditation = lock(accreditation)
    if on < timezone.localdate():
        raise ValidationError({"on": _("Choose today or a later day.")})
    _go(accreditation, State.VISIT_PLANNED, version=version, by=by, visit_on=on)
    return accreditation


@transaction.atomic
def record_visit(
    accreditation: CentreAccreditation, *, version: int, by: User, **found: Any
) -> AccreditationVisit:
    """Keep what a visit found: of a request that waits for it, or of a centre that is accredited.

    The kind of the first follows from the request. Raises ValidationError for a
    day to come, a favourable outcome with a point that was not met, or one that
    says nothing of what was not; and MoveNotAllowed.
    """
    accreditation = lock(accreditation)
    if accreditation.state in HELD:
        if found["kind"] not in LATER_VISITS:
            raise ValidationError({"kind": _("Choose surveillance or extraordinary.")})
        change(accreditation, version=version)
    else:
        found["kind"] = VisitKind.RENEWAL if accreditation.renews_id else VisitKind.INITIAL
        _go(accreditation, State.VISITED, version=version, by=by)
    visit = AccreditationVisit(accreditation=accreditation, recorded_by=by, **found)
    _check_visit(visit)
    visit.save()
    record_activity(
        "accreditation.visit_recorded", visit, by=by, kind=visit.kind, outcome=visit.outcome
    )
    return visit


def _check_visit(visit: AccreditationVisit) -> None:
    if visit.on > timezone.localdate():
        raise ValidationError({"on": _("This day has not come yet.")})
    favourable = visit.outcome == VisitOutcome.FAVOURABLE
    if favourable and visit.missed():
        words = _("It is favourable only when every point is met.")
        raise ValidationError({"outcome": words})
    if not favourable and not visit.remarks:
        raise ValidationError({"remarks": _("Write what was seen.")})


@transaction.atomic
def grant_accreditation(
    accreditation: CentreAccreditation,
    *,
    version: int,
    valid_from: date,
    valid_until: date,
    resolution_number: str,
    file: File | None,
    by: User,
) -> CentreAccreditation:
    """Accredit a centre in a standard, from one day to another, with the resolution on paper.

    Raises OwnRequest, NotToBeGranted unless the visit was favourable, nothing is
    overdue and the equipment is there; ValidationError for the days and the file.
    """
    checked = _look_into(file) if file else None
    lock(accreditation.centre)  # its equipment stays as it is looked at
    accreditation = lock(accreditation)
    if accreditation.state != State.VISITED:
        raise MoveNotAllowed(accreditation, State.ACCREDITED)
    if accreditation.requested_by == by:
        raise OwnRequest
    _check_days(accreditation, valid_from, valid_until)
    check_to_be_granted(accreditation, on=valid_from)
    columns, contents = _resolution_of(accreditation, checked)
    with stored(contents):
        _go(
            accreditation,
            State.ACCREDITED,
            version=version,
            by=by,
            valid_from=valid_from,
            valid_until=valid_until,
            resolution_number=resolution_number,
            granted_at=timezone.now(),
            granted_by=by,
            **columns,
        )
    return accreditation


def _resolution_of(
    accreditation: CentreAccreditation, checked: Checked | None
) -> tuple[dict[str, str], dict[str, bytes]]:
    """What the row says of the file, and the file under its name; nothing when there is none."""
    if checked is None:
        return {}, {}
    name = f"resolutions/{accreditation.public_id}.{checked.extension}"
    digest = sha256(checked.content).hexdigest()
    return {"resolution": name, "resolution_sha256": digest}, {name: checked.content}


def _look_into(file: File) -> Checked:
    try:
        return check_upload(file.read())
    except RefusedFile as error:
        raise ValidationError({"file": str(error)}) from error


def _check_days(accreditation: CentreAccreditation, first: date, last: date) -> None:
    held = CentreAccreditation.objects.filter(
        centre=accreditation.centre_id, standard=accreditation.standard_id, state__in=HELD
    )
    taken = _("The centre is accredited in this standard until {day}: begin after it.")
    check_days(first, last, held=held, taken=taken)


def check_days(first: date, last: date, *, held: QuerySet[Any], taken: str) -> None:
    """Raise ValidationError for days that cannot be, or on which one of `held` is in force.

    `taken` is what is said then, with the last `day` of that one.
    """
    if last < first:
        raise ValidationError({"valid_until": _("The last day cannot come before the first.")})
    if last < timezone.localdate():
        raise ValidationError({"valid_until": _("This day is over.")})
    others = held.filter(valid_from__lte=last, valid_until__gte=first)
    if other := others.order_by("-valid_until").first():
        day = date_format(other.valid_until, "SHORT_DATE_FORMAT")
        raise ValidationError({"valid_from": taken.format(day=day)})


def check_to_be_granted(accreditation: CentreAccreditation, *, on: date) -> None:
    """Raise NotToBeGranted, with what is lacking, unless a centre can be accredited (CERT-16)."""
    if accreditation.centre.organization.ended_at:
        raise CentreEnded
    visit = accreditation.deciding_visit()
    if visit is None or visit.outcome != VisitOutcome.FAVOURABLE:
        raise NotToBeGranted(_("The last visit was not favourable."))
    if accreditation.overdue_corrections(timezone.localdate()).exists():
        raise NotToBeGranted(_("A corrective action is overdue: it is closed first."))
    lacking = lacking_equipment(
        accreditation.centre,
        requirements_of(accreditation.standard),
        workstations=accreditation.workstations,
        on=max(on, timezone.localdate()),
    )
    if lacking:
        raise NotToBeGranted(
            _("For %(workstations)s workstations these are lacking: %(equipment)s.")
            % {"workstations": accreditation.workstations, "equipment": ", ".join(lacking)}
        )


def requirements_of(standard: Standard) -> Any:
    """What a standard asks of a workstation: its versions in force, and those still assessed."""
    of_it = StandardVersion.objects.filter(standard=standard)
    usable = StandardVersion.objects.usable_on(timezone.localdate()).filter(standard=standard)
    begun = of_it.filter(pk__in=Assessment.objects.open().values("standard_version"))
    return Equipment.objects.filter(Q(standard_version__in=usable) | Q(standard_version__in=begun))


@transaction.atomic
def observe_accreditation(
    accreditation: CentreAccreditation, *, version: int, reason: str, by: User
) -> CentreAccreditation:
    """Tell a centre what is to be put right before it is visited again. Raises ReasonMissing."""
    return _refuse(accreditation, State.WITH_OBSERVATIONS, version=version, reason=reason, by=by)


@transaction.atomic
def reject_accreditation(
    accreditation: CentreAccreditation, *, version: int, reason: str, by: User
) -> CentreAccreditation:
    """Refuse a request, and say why; another may be made. Raises ReasonMissing."""
    return _refuse(accreditation, State.REJECTED, version=version, reason=reason, by=by)


@transaction.atomic
def suspend_accreditation(
    accreditation: CentreAccreditation, *, version: int, reason: str, by: User
) -> CentreAccreditation:
    """Let nothing be planned at a centre for now; what was assessed stays. Raises ReasonMissing."""
    return _refuse(accreditation, State.SUSPENDED, version=version, reason=reason, by=by)


@transaction.atomic
def revoke_accreditation(
    accreditation: CentreAccreditation, *, version: int, reason: str, by: User
) -> CentreAccreditation:
    """Take an accreditation away for good. Raises ReasonMissing."""
    return _refuse(accreditation, State.REVOKED, version=version, reason=reason, by=by)


def _refuse(
    accreditation: CentreAccreditation, to: State, *, version: int, reason: str, by: User
) -> CentreAccreditation:
    accreditation = lock(accreditation)
    _go(accreditation, to, version=version, by=by, reason=given_reason(reason))
    return accreditation


@transaction.atomic
def lift_suspension(
    accreditation: CentreAccreditation, *, version: int, by: User
) -> CentreAccreditation:
    """Let a centre go on; somebody else than who suspended it does.

    Raises OwnSuspension, NotToBeGranted while something is overdue, and MoveNotAllowed.
    """
    accreditation = lock(accreditation)
    if accreditation.state != State.SUSPENDED:
        raise MoveNotAllowed(accreditation, State.ACCREDITED)
    if accreditation.state_by == by:
        raise OwnSuspension
    if accreditation.overdue_corrections(timezone.localdate()).exists():
        raise NotToBeGranted(_("A corrective action is overdue: it is closed first."))
    _go(accreditation, State.ACCREDITED, version=version, by=by, verb="suspension_lifted")
    return accreditation


# What is to be put right


@transaction.atomic
def raise_correction(
    accreditation: CentreAccreditation, *, key: UUID, text: str, due_on: date, by: User
) -> CorrectiveAction:
    """Ask a centre to put something right by a day. Raises ValidationError and OtherContent."""
    sent = claim(key, by=by, content=[accreditation, text, due_on])
    if sent.result:
        return CorrectiveAction.objects.get(pk=sent.result)
    accreditation = lock(accreditation)
    if accreditation.state not in {*HELD, *UNDER_WAY}:
        raise NotPossible(_("This accreditation has ended."))
    if due_on < timezone.localdate():
        raise ValidationError({"due_on": _("Choose today or a later day.")})
    made = CorrectiveAction.objects.create(
        accreditation=accreditation, text=text, due_on=due_on, raised_by=by
    )
    settle(sent, made)
    record_activity("accreditation.correction_raised", made, by=by)
    return made


@transaction.atomic
def close_correction(
    correction: CorrectiveAction, *, version: int, proof: str, by: User
) -> CorrectiveAction:
    """Keep that something was put right, and how that was seen.

    Raises OwnCentre and ValidationError.
    """
    check_not_own(correction.accreditation.centre, by)
    correction = lock(correction)
    if correction.closed_on:
        raise NotPossible(_("It was closed before."))
    if not proof:
        raise ValidationError({"proof": _("Write how it was put right.")})
    changes = change(
        correction, version=version, closed_on=timezone.localdate(), closed_by=by, proof=proof
    )
    record_activity("accreditation.correction_closed", correction, by=by, changes=changes)
    return correction


# Equipment


@transaction.atomic
def record_equipment(
    centre: Centre, *, version: int, found: Mapping[Equipment, Mapping[str, Any]], by: User
) -> Centre:
    """Keep how many of what a standard asks are there, and in what condition. Raises StaleRecord.

    `found` maps what is asked to quantity, condition and until when it is calibrated.
    """
    centre = lock(centre)
    change(centre, version=version)
    known = {each.requirement_id: each for each in centre.equipment.all()}
    for requirement, told in found.items():
        row = known.get(requirement.pk)
        if row is None:
            row = CentreEquipment.objects.create(centre=centre, requirement=requirement, **told)
            record_activity("centre.equipment_recorded", row, by=by)
        elif changes := change(row, version=row.version, **told):
            record_activity("centre.equipment_recorded", row, by=by, changes=changes)
    return centre
