"""An appeal against a decision (transitions 19 and 20): lodged, given to a panel, resolved."""

from collections.abc import Collection
from datetime import date, time

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import RoleAssignment, User
from accounts.roles import Permission, Role, roles_with
from beneficiaries.actions.rights import department_of
from certification.actions.certificate_life import suspend_certificate
from certification.actions.enrolling import PLAN_SIGNATURES, make_plan
from certification.actions.evidence import forget_awaited
from certification.actions.parts import (
    check_other_parts,
    check_role,
    check_state,
    given_reason,
    keep_assigned,
)
from certification.actions.planning import ConflictOfInterest, check_conflict
from certification.actions.refusals import DayNotPossible, NotInThatRole, NotPossible, SamePerson
from certification.choices import (
    APPEAL_ANSWERED_IN,
    APPEAL_WITHIN,
    APPEAL_WRITTEN_DOWN_IN,
    DECIDED_STATES,
    AppealChannel,
    AppealResolution,
    AssessmentState,
    CertificateState,
    SignatureKind,
)
from certification.models import Appeal, AppealSeat, Assessment, Centre
from certification.rules.accommodations import Accommodations
from certification.rules.plans import Meeting, Window
from genesis.lib.states import Changes, change, lock, move
from genesis.lib.working_days import working_days_after

# What is acknowledged anew when an assessment is repeated.
REPEATED_SIGNATURES = [*PLAN_SIGNATURES, SignatureKind.EVIDENCE, SignatureKind.RESULT]


class AppealedAlready(NotPossible):
    """A decision is appealed once: what was resolved stands."""

    sentence = gettext_noop("This decision was appealed already: what was resolved stands.")


class FollowedAlready(NotPossible):
    """Whoever has begun something else on a decision does not undo it from below."""

    sentence = gettext_noop(
        "Another attempt follows it already: withdraw the person from it first."
    )


class NotOnThatDay(NotPossible):
    """An appeal is lodged after the decision, and not too long after it."""


class NobodyNamed(NotPossible):
    """A panel is at least one person."""

    sentence = gettext_noop("Choose at least one person.")


class NotOnThePanel(NotPossible):
    """Whoever was named resolves an appeal, and nobody else (CERT-5)."""

    sentence = gettext_noop("Only who was named resolves this appeal.")


# Lodging


def last_day(assessment: Assessment, days: int = APPEAL_WITHIN) -> date:
    """Until when what was decided can be appealed, by the holidays of the person's office."""
    department = department_of(assessment.person.office)
    return working_days_after(_decided_on(assessment), days, department=department)


def can_be_appealed(assessment: Assessment) -> bool:
    """Whether an appeal can still be written down today; `lodge_appeal` says why not.

    Some days longer than it can be said: what counts is the day on which she said it.
    """
    decision = assessment.decision
    return (
        assessment.state in DECIDED_STATES
        and decision is not None
        and not hasattr(decision, "appeal")
        and timezone.localdate() <= last_day(assessment, APPEAL_WITHIN + APPEAL_WRITTEN_DOWN_IN)
        and assessment.next_attempt is None
    )


def _decided_on(assessment: Assessment) -> date:
    assert assessment.decided_at is not None  # the database refuses a result without a day
    return timezone.localdate(assessment.decided_at)


@transaction.atomic
def lodge_appeal(
    assessment: Assessment,
    *,
    version: int,
    channel: AppealChannel,
    grounds: str,
    lodged_on: date,
    by: User,
) -> Appeal:
    """Keep that somebody does not agree with what was decided on her assessment, and why.

    `lodged_on` is the day on which she said it. The decision stands until a panel has
    resolved it. Raises MoveNotAllowed unless it was decided, AppealedAlready,
    FollowedAlready where another attempt was begun, NotOnThatDay and ReasonMissing.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    if assessment.state in DECIDED_STATES and assessment.next_attempt:
        raise FollowedAlready
    changes = move(assessment, AssessmentState.IN_APPEAL, version=version)
    decision = assessment.decision
    if decision is None or hasattr(decision, "appeal"):
        raise AppealedAlready
    _check_day_of_appeal(assessment, lodged_on)
    department = department_of(assessment.person.office)
    appeal = Appeal.objects.create(
        assessment=assessment,
        decision=decision,
        channel=AppealChannel(channel),
        grounds=given_reason(grounds),
        lodged_on=lodged_on,
        lodged_by=by,
        due_on=working_days_after(lodged_on, APPEAL_ANSWERED_IN, department=department),
    )
    keep_assigned(assessment.person, by=by)
    record_activity("assessment.appealed", assessment, by=by, changes=changes)
    return appeal


def _check_day_of_appeal(assessment: Assessment, day: date) -> None:
    first, last = _decided_on(assessment), last_day(assessment)
    if day > last:
        raise NotOnThatDay(
            _("An appeal is lodged within %(days)s working days of the decision: until %(day)s.")
            % {"days": APPEAL_WITHIN, "day": date_format(last, "DATE_FORMAT")}
        )
    if not first <= day <= timezone.localdate():
        raise NotOnThatDay(
            _("Choose a day since the decision of %(day)s that has already come.")
            % {"day": date_format(first, "DATE_FORMAT")}
        )


# The panel


@transaction.atomic
def name_panel(
    assessment: Assessment, *, version: int, panel: Collection[User], by: User
) -> Appeal:
    """Say who resolves an appeal: people who did nothing in the assessment (CERT-5).

    Who was named before and is not any more has no part in it from now on. Raises
    OutOfStep without an appeal, NobodyNamed, NotInThatRole, SamePerson and
    ConflictOfInterest.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.IN_APPEAL)
    changes = change(assessment, version=version)
    appeal = lock(assessment.appeal)
    if not panel:
        raise NobodyNamed
    for user in panel:
        _check_member(assessment, appeal, user, by=by)
    named = {each.pk for each in panel}
    appeal.seats.exclude(user__in=named).delete()
    there = set(appeal.seats.values_list("user", flat=True))
    AppealSeat.objects.bulk_create(
        AppealSeat(appeal=appeal, user_id=each, named_by=by) for each in sorted(named - there)
    )
    keep_assigned(assessment.person, by=by)
    record_activity(
        "assessment.panel_named", assessment, by=by, changes=changes, panel=sorted(named)
    )
    return appeal


def _check_member(assessment: Assessment, appeal: Appeal, user: User, *, by: User) -> None:
    """Neither who acted, in whatever part, nor who brought the appeal, nor who names the panel."""
    today = timezone.localdate()
    roles = roles_with(Permission.APPEAL_RESOLVE)
    held = RoleAssignment.objects.on(today).filter(user=user, role__in=roles)
    if not user.is_active or not held.exists():
        raise NotInThatRole(user, roles[0], today)
    check_other_parts(assessment, user, part="panel")
    before = AppealSeat.objects.filter(appeal__assessment=assessment).exclude(appeal=appeal)
    brought = {assessment.enrolled_by_id, appeal.lodged_by_id, by.pk}
    if user.pk in brought or before.filter(user=user).exists():
        raise SamePerson(user)
    try:
        check_conflict(assessment.person, user, on=today)
    except ConflictOfInterest:
        raise ConflictOfInterest(
            _("%(person)s trained her or him, or is close to her or him: choose somebody else.")
            % {"person": user}
        ) from None


# What the panel resolves


@transaction.atomic
def confirm_decision(assessment: Assessment, *, version: int, reasons: str, by: User) -> Assessment:
    """Let a decision stand: nothing else changes.

    Raises OutOfStep without an appeal, NotOnThePanel and ReasonMissing.
    """
    assessment, appeal = _open_appeal(assessment)
    changes = move(assessment, appeal.target, version=version)
    return _resolve(assessment, appeal, AppealResolution.CONFIRMED, reasons, changes, by=by)


@transaction.atomic
def revoke_decision(
    assessment: Assessment, *, version: int, reasons: str, verifier: User, by: User
) -> Assessment:
    """Take a decision back: somebody else verifies the portfolio anew, and then it is decided.

    The judgement stays. A certificate is suspended at once; two people revoke it
    (SEC-13), unless it is granted again. Raises OutOfStep, NotOnThePanel, ReasonMissing,
    SamePerson for whoever acted in it, NotInThatRole and ConflictOfInterest.
    """
    assessment, appeal = _open_appeal(assessment)
    if _has_part(assessment, verifier):
        raise SamePerson(verifier)
    changes = move(
        assessment,
        AssessmentState.IN_VERIFICATION,
        version=version,
        verifier=verifier,
        officer=None,
        decided_at=None,
    )
    check_role(verifier, Role.VERIFIER, on=timezone.localdate())
    check_conflict(assessment.person, verifier, on=timezone.localdate())
    return _resolve(assessment, appeal, AppealResolution.REVOKED, reasons, changes, by=by)


@transaction.atomic
def repeat_assessment(
    assessment: Assessment,
    *,
    version: int,
    reasons: str,
    centre: Centre,
    evaluator: User,
    scheduled_for: date,
    scheduled_at: time,
    accommodations: Accommodations | None = None,
    window: Window | None = None,
    meeting: Meeting | None = None,
    by: User,
) -> Assessment:
    """Have an assessment repeated by another evaluator, from its plan on.

    What was seen is annulled and kept, the judgement archived; what was agreed on and
    acknowledged is agreed on anew. A certificate is suspended as by `revoke_decision`.
    Raises OutOfStep, NotOnThePanel, ReasonMissing, SamePerson for whoever acted in it,
    DayNotPossible, and what `make_plan` raises.
    """
    assessment, appeal = _open_appeal(assessment)
    if _has_part(assessment, evaluator):
        raise SamePerson(evaluator)
    place = {
        "centre": centre,
        "evaluator": evaluator,
        "scheduled_for": scheduled_for,
        "scheduled_at": scheduled_at,
    }
    begins_anew = {
        "verifier": None,
        "officer": None,
        "decided_at": None,
        "stopped_at": None,
        "stop_reason": "",
    }
    changes = move(assessment, AssessmentState.PLANNED, version=version, **place, **begins_anew)
    if scheduled_for < timezone.localdate():
        raise DayNotPossible
    _set_aside(assessment, by=by)
    make_plan(
        assessment,
        place,
        accommodations,
        window=window,
        meeting=meeting,
        reason=_("Repeated after an appeal"),
        by=by,
    )
    return _resolve(assessment, appeal, AppealResolution.REPEAT, reasons, changes, by=by)


def _open_appeal(assessment: Assessment) -> tuple[Assessment, Appeal]:
    """An assessment and its appeal, both locked, the person before them. Raises OutOfStep."""
    lock(assessment.person)
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.IN_APPEAL)
    return assessment, lock(assessment.appeal)


def _has_part(assessment: Assessment, user: User) -> bool:
    """Whether somebody has or had any part in an assessment (CERT-5)."""
    return any(user.pk in who for who in assessment.parts_so_far().values())


def _set_aside(assessment: Assessment, *, by: User) -> None:
    """What is repeated counts no more, and stays on record."""
    now = timezone.now()
    assessment.sessions.filter(annulled_at=None).update(annulled_at=now)
    assessment.resolutions.filter(annulled_at=None).update(annulled_at=now)
    assessment.judgements.filter(archived_at=None).update(archived_at=now)
    agreed = assessment.signatures.filter(kind__in=REPEATED_SIGNATURES, cleared_at=None)
    agreed.update(cleared_at=now)
    forget_awaited(assessment, reason=_("Repeated after an appeal"), by=by)


def _resolve(
    assessment: Assessment,
    appeal: Appeal,
    resolution: AppealResolution,
    reasons: str,
    changes: Changes,
    *,
    by: User,
) -> Assessment:
    if not appeal.seats.filter(user=by).exists():
        raise NotOnThePanel
    change(
        appeal,
        version=appeal.version,
        resolution=resolution,
        reasons=given_reason(reasons),
        resolved_at=timezone.now(),
        resolved_by=by,
    )
    if resolution != AppealResolution.CONFIRMED:
        _hold_back(assessment, by=by)
    keep_assigned(assessment.person, by=by)
    record_activity(f"assessment.appeal_{resolution}", assessment, by=by, changes=changes)
    return assessment


def _hold_back(assessment: Assessment, *, by: User) -> None:
    """Suspend the certificate whose decision was taken back; coordination proposes the rest."""
    valid = assessment.certificates.filter(state=CertificateState.VALID).first()
    if valid:
        reason = _("An appeal took its decision back.")
        suspend_certificate(valid, version=valid.version, reason=reason, by=by, appealed=True)
