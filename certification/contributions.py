"""What certification puts on a person's page: how far each of her assessments is."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models import Person
from beneficiaries.registry import Step
from certification.choices import CANDIDATES, LEFT_STATES, AssessmentState
from certification.models import Assessment

VERBS = {
    "assessment.enrolled": gettext_lazy("Enrolled for assessment"),
    "assessment.diagnosed": gettext_lazy("Diagnosis recorded"),
    "assessment.admitted": gettext_lazy("Admitted to the assessment"),
    "assessment.planned": gettext_lazy("Assessment planned"),
    "assessment.plan_agreed": gettext_lazy("Plan of the assessment agreed"),
    "assessment.started": gettext_lazy("Assessment begun"),
    "assessment.item_resolved": gettext_lazy("Differing answers decided"),
    "assessment.stopped": gettext_lazy("Assessment stopped for safety"),
    "assessment.evidence_closed": gettext_lazy("Evidence closed"),
    "assessment.judged": gettext_lazy("Judgement signed"),
    "assessment.sent_to_verification": gettext_lazy("Sent to verification"),
    "assessment.returned_to_evaluator": gettext_lazy("Returned to the evaluator"),
    "assessment.verified": gettext_lazy("Portfolio verified"),
    "assessment.returned_to_verification": gettext_lazy("Returned to verification"),
    "assessment.certified": gettext_lazy("Certified"),
    "assessment.closed_not_yet": gettext_lazy("Closed as not yet competent"),
    "assessment.withdrawn": gettext_lazy("Withdrawn from the assessment"),
    "assessment.cancelled": gettext_lazy("Assessment cancelled"),
}

NEXT = {
    AssessmentState.ENROLLED: gettext_lazy("The caseworker records the diagnosis."),
    AssessmentState.DIAGNOSED: gettext_lazy("The caseworker admits her or him to the assessment."),
    AssessmentState.ADMITTED: gettext_lazy("The caseworker plans the day of the assessment."),
    AssessmentState.PLANNED: gettext_lazy("The evaluator agrees on the plan with the person."),
    AssessmentState.PLAN_AGREED: gettext_lazy("The evaluator begins the assessment on %(day)s."),
    AssessmentState.IN_ASSESSMENT: gettext_lazy("The evaluator records the assessment."),
    AssessmentState.EVIDENCE_CLOSED: gettext_lazy("The evaluator signs the judgement."),
    AssessmentState.JUDGED: gettext_lazy(
        "The evaluator explains the result to the person and sends it to verification."
    ),
    AssessmentState.IN_VERIFICATION: gettext_lazy("The verifier looks at the portfolio."),
    AssessmentState.VERIFIED: gettext_lazy("The certifying officer decides."),
}

TONES = {
    AssessmentState.CERTIFIED: "ok",
    AssessmentState.CLOSED_NOT_YET: "res",
    AssessmentState.WITHDRAWN: "plain",
    AssessmentState.CANCELLED: "plain",
}


def next_step(assessment: Assessment) -> str:
    """What comes next, and whose turn it is; empty when nothing does."""
    if assessment.state == AssessmentState.IN_ASSESSMENT and assessment.stopped_at:
        return _("The evaluator closes the evidence.")
    words = str(NEXT.get(AssessmentState(assessment.state), ""))
    if assessment.state == AssessmentState.PLAN_AGREED:
        assert assessment.scheduled_for is not None  # the database refuses a plan without a day
        return words % {"day": date_format(assessment.scheduled_for, "DATE_FORMAT")}
    return words


def steps(person: Person, user: User) -> list[Step]:
    """One step for each assessment, and enrolment where somebody could be and is in none.

    Only for those who may see assessments at all.
    """
    if not user.may(Permission.ASSESSMENT_VIEW):
        return []
    assessments = list(
        Assessment.objects.filter(person=person)
        .select_related("standard_version__standard", "certificate")
        .order_by("enrolled_at", "pk")
    )
    taken = [_step(each) for each in assessments]
    if any(each.state not in LEFT_STATES for each in assessments):
        return taken
    return taken + _enrolment(person, may_enrol=user.may(Permission.ASSESSMENT_ENROL))


def _step(assessment: Assessment) -> Step:
    state = AssessmentState(assessment.state)
    return Step(
        _("Certification: %(standard)s") % {"standard": assessment.standard_version.standard},
        _detail(assessment),
        assessment.get_state_display(),
        TONES.get(state, "curso"),
        assessment.get_absolute_url(),
        next_step(assessment),
    )


def _detail(assessment: Assessment) -> str:
    if hasattr(assessment, "certificate"):
        return f"{assessment.reference} · {assessment.certificate.folio}"
    if assessment.scheduled_for and assessment.state in NEXT:
        day = date_format(assessment.scheduled_for, "DATE_FORMAT")
        return f"{assessment.reference} · {day}"
    return assessment.reference


def _enrolment(person: Person, *, may_enrol: bool) -> list[Step]:
    """Nothing, unless the newest case is open and on the way to certification."""
    case = max(person.cases.all(), key=lambda case: case.episode, default=None)
    if case is None or case.closed_on or case.outcome not in CANDIDATES:
        return []
    return [
        Step(
            _("Certification"),
            _("Not enrolled in any standard yet"),
            _("Not started"),
            "plain",
            reverse("certification:assessment_enrol", args=[person.public_id])
            if may_enrol
            else None,
            _("The caseworker enrols her or him for assessment."),
        )
    ]
