"""What certification puts on «Hoy»: the assessments that wait, and those that stand still."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import BEGINS_WITHIN, TO_BEGIN_STATES, AssessmentState
from certification.contributions import next_step
from certification.models import Assessment, Certificate, Revocation

TAKES_PART = [
    Permission.ASSESSMENT_PLAN,
    Permission.ASSESSMENT_CONDUCT,
    Permission.ASSESSMENT_VERIFY,
    Permission.ASSESSMENT_DECIDE,
    Permission.ASSESSMENT_CANCEL,
]
# What is said to whose turn it is; `next_step` says it of somebody else.
YOURS = {
    AssessmentState.ENROLLED: gettext_lazy("It is your turn to record the diagnosis."),
    AssessmentState.DIAGNOSED: gettext_lazy("It is your turn to admit her or him."),
    AssessmentState.IN_TRAINING: gettext_lazy("The training is over: it is your turn to close it."),
    AssessmentState.ADMITTED: gettext_lazy("It is your turn to plan the day."),
    AssessmentState.PLANNED: gettext_lazy("It is your turn to agree on the plan with the person."),
    AssessmentState.PLAN_AGREED: gettext_lazy("It is your turn to begin it on %(day)s."),
    AssessmentState.IN_ASSESSMENT: gettext_lazy("It is your turn to record the assessment."),
    AssessmentState.EVIDENCE_CLOSED: gettext_lazy("It is your turn to sign the judgement."),
    AssessmentState.JUDGED: gettext_lazy(
        "It is your turn to explain the result and send it to verification."
    ),
    AssessmentState.IN_VERIFICATION: gettext_lazy("It is your turn to look at the portfolio."),
    AssessmentState.VERIFIED: gettext_lazy("It is your turn to decide."),
}


def blocks(user: User) -> Iterator[Block]:
    """The assessments in which it is the turn of `user`, and those that stand still.

    By the day for which they are planned.
    """
    if not any(user.may(each) for each in TAKES_PART):
        return
    waiting = Assessment.objects.turn_of(user).for_list()
    today = timezone.localdate()
    lines = [
        _line(each, user, today)
        for each in waiting.order_by(F("scheduled_for").asc(nulls_last=True), "pk")[: SHOWN + 1]
    ]
    conducts = user.may(Permission.ASSESSMENT_CONDUCT)
    url = reverse("evaluation:agenda" if conducts else "certification:assessment_list")
    yield Block(_("Assessments that wait for you"), Urgency.SOON, lines, url)


def _line(assessment: Any, user: User, today: date) -> Line:
    late = assessment.state in TO_BEGIN_STATES and assessment.scheduled_for < today
    state = _("The day has passed") if late else assessment.get_state_display()
    name = f"{assessment.person.given_names} {assessment.person.surnames[:1]}."
    return Line(
        f"{name}: {assessment.standard_version.title}",
        assessment.get_absolute_url(),
        f"{assessment.reference} · {_what(assessment, user, late=late)}",
        state=_("Two devices differ") if assessment.differs else state,
        tone="alerta" if late or assessment.differs else "curso",
        person=assessment.person_id,
    )


def _what(assessment: Any, user: User, *, late: bool) -> str:
    """What is to be done, said to `user` where it is for them to do."""
    conducts = assessment.evaluator_id == user.pk
    if assessment.unsettled and conducts and assessment.state == AssessmentState.EVIDENCE_CLOSED:
        return _("Coordination settles first what a telephone sent too late.")
    if assessment.unsettled and not conducts and user.may(Permission.ASSESSMENT_CANCEL):
        return _("It is your turn to settle what a telephone sent too late.")
    if assessment.differs:
        if conducts:
            return _("Coordination decides which answer counts.")
        return _("It is your turn to decide which answer counts.")
    if assessment.day_is_missed:
        return next_step(assessment)
    if late:
        last = date_format(assessment.scheduled_for + BEGINS_WITHIN, "DATE_FORMAT")
        if conducts:
            return _("It is your turn to begin it: it may begin until %(day)s.") % {"day": last}
        return _("The evaluator may begin it until %(day)s.") % {"day": last}
    if assessment.stopped_at and assessment.state == AssessmentState.IN_ASSESSMENT:
        return _("It is your turn to close the evidence.")
    words = str(YOURS[AssessmentState(assessment.state)])
    if assessment.state == AssessmentState.PLAN_AGREED:
        return words % {"day": date_format(assessment.scheduled_for, "DATE_FORMAT")}
    return words


def revocations(user: User) -> Iterator[Block]:
    """The certificates that somebody else proposes to revoke, for who may decide on it."""
    if not user.may(Permission.CERTIFICATE_KEEP):
        return
    seen = Certificate.objects.visible_to(user)
    waiting = Revocation.objects.to_decide(user).filter(certificate__in=seen)
    lines = [
        Line(
            each.certificate.holder_name,
            each.get_absolute_url(),
            f"{each.certificate.folio} · {each.get_reason_display()}",
            state=_("Waits for your decision"),
            tone="alerta",
            person=each.person_id,
        )
        for each in waiting.select_related("certificate__assessment").order_by("proposed_at", "pk")[
            : SHOWN + 1
        ]
    ]
    yield Block(_("Certificates that somebody proposes to revoke"), Urgency.ANSWER, lines)
