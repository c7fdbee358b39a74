"""How an assessment goes, from its enrolment to its decision and an appeal."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Outcome

# Which answers of eligibility lead to certification: to be eligible, or an exception (CASE-9).
CANDIDATES = {Outcome.ELIGIBLE, Outcome.EXCEPTION}


class JudgementOutcome(TextChoices):
    COMPETENT = "competent", _("Competent")
    NOT_YET = "not_yet_competent", _("Not yet competent")


class JudgementReason(TextChoices):
    """The rules of judgement that an assessment can fail, in their order."""

    INSTRUMENT = "INSTRUMENTO_BAJO_MINIMO", _("An instrument is below its minimum")
    TOTAL = "TOTAL_BAJO_MINIMO", _("The total is below the minimum")
    COVERAGE = "CRITERIO_SIN_COBERTURA", _("A criterion has no item that was met")
    CRITICAL = "CRITICO_INCUMPLIDO", _("A critical item was not met")
    NA = "NA_EXCEDE_MAXIMO", _("Too much was not applicable")
    SAFETY = "DETENIDA_POR_SEGURIDAD", _("Stopped for safety")


class AssessmentState(TextChoices):
    """Where the certification of one person in one standard stands."""

    ENROLLED = "enrolled", _("Enrolled")
    DIAGNOSED = "diagnosed", _("Diagnosed")
    IN_TRAINING = "in_training", _("In training")
    ADMITTED = "admitted", _("Admitted")
    PLANNED = "planned", _("Plan proposed")
    PLAN_AGREED = "plan_agreed", _("Plan agreed")
    IN_ASSESSMENT = "in_assessment", _("In assessment")
    EVIDENCE_CLOSED = "evidence_closed", _("Evidence closed")
    JUDGED = "judged", _("Judged")
    IN_VERIFICATION = "in_verification", _("In verification")
    VERIFIED = "verified", _("Verified")
    CERTIFIED = "certified", _("Certified")
    CLOSED_NOT_YET = "closed_not_yet", _("Not yet competent")
    IN_APPEAL = "in_appeal", _("In appeal")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


_LEAVE = {AssessmentState.WITHDRAWN, AssessmentState.CANCELLED}
ASSESSMENT_MOVES = {
    AssessmentState.ENROLLED: {AssessmentState.DIAGNOSED, *_LEAVE},
    AssessmentState.DIAGNOSED: {
        AssessmentState.IN_TRAINING,
        AssessmentState.ADMITTED,
        *_LEAVE,
    },
    AssessmentState.IN_TRAINING: {AssessmentState.DIAGNOSED, *_LEAVE},
    AssessmentState.ADMITTED: {AssessmentState.PLANNED, *_LEAVE},
    AssessmentState.PLANNED: {AssessmentState.PLAN_AGREED, *_LEAVE},
    AssessmentState.PLAN_AGREED: {
        AssessmentState.PLANNED,
        AssessmentState.IN_ASSESSMENT,
        *_LEAVE,
    },
    AssessmentState.IN_ASSESSMENT: {AssessmentState.EVIDENCE_CLOSED, *_LEAVE},
    AssessmentState.EVIDENCE_CLOSED: {AssessmentState.JUDGED, *_LEAVE},
    AssessmentState.JUDGED: {AssessmentState.IN_VERIFICATION},
    AssessmentState.IN_VERIFICATION: {
        AssessmentState.EVIDENCE_CLOSED,
        AssessmentState.VERIFIED,
    },
    AssessmentState.VERIFIED: {
        AssessmentState.IN_VERIFICATION,
        AssessmentState.CERTIFIED,
        AssessmentState.CLOSED_NOT_YET,
    },
    AssessmentState.CERTIFIED: {AssessmentState.IN_APPEAL},
    AssessmentState.CLOSED_NOT_YET: {AssessmentState.IN_APPEAL},
    AssessmentState.IN_APPEAL: {
        AssessmentState.CERTIFIED,
        AssessmentState.CLOSED_NOT_YET,
        AssessmentState.IN_VERIFICATION,
        AssessmentState.PLANNED,
    },
    AssessmentState.WITHDRAWN: set(),
    AssessmentState.CANCELLED: set(),
}
LEFT_STATES = {state.value for state in _LEAVE}
DECIDED_STATES = [AssessmentState.CERTIFIED.value, AssessmentState.CLOSED_NOT_YET.value]
# In which of them what was granted stands: while it is appealed, too.
STANDING_STATES = [AssessmentState.CERTIFIED.value, AssessmentState.IN_APPEAL.value]
# In which of them whoever accompanies the person has something to do.
PREPARE_STATES = [
    AssessmentState.ENROLLED.value,
    AssessmentState.DIAGNOSED.value,
    AssessmentState.ADMITTED.value,
]
# In which of them the evaluator is the one who has something to do.
CONDUCT_STATES = [
    AssessmentState.PLANNED.value,
    AssessmentState.PLAN_AGREED.value,
    AssessmentState.IN_ASSESSMENT.value,
    AssessmentState.EVIDENCE_CLOSED.value,
    AssessmentState.JUDGED.value,
]
# In which of them there is a day on which it is to begin.
TO_BEGIN_STATES = [AssessmentState.PLANNED.value, AssessmentState.PLAN_AGREED.value]
# In which of them a session was held, with all that was seen in it.
HELD_STATES = [
    AssessmentState.IN_ASSESSMENT.value,
    AssessmentState.EVIDENCE_CLOSED.value,
    AssessmentState.JUDGED.value,
    AssessmentState.IN_VERIFICATION.value,
    AssessmentState.VERIFIED.value,
    *DECIDED_STATES,
]
# In which of them a centre may propose a plan, and its manager another.
AT_CENTRE_STATES = [AssessmentState.ADMITTED.value, *TO_BEGIN_STATES]
BEGINS_WITHIN = timedelta(days=7)  # how far from the day of the plan a session may begin [P]
# In which of them it is neither decided nor left: an appeal opens again what was decided.
OPEN_STATES = [
    state.value for state in AssessmentState if state not in {*DECIDED_STATES, *LEFT_STATES}
]


class SignatureKind(TextChoices):
    """What somebody acknowledged, with name and time: of plan and result by hand."""

    RIGHTS = "rights", _("Rights and duties")
    PLAN_CANDIDATE = "plan_candidate", _("Plan, by the candidate")
    PLAN_EVALUATOR = "plan_evaluator", _("Plan, by the evaluator")
    EVIDENCE = "evidence", _("End of the session, by the candidate")
    RESULT = "result", _("Result, by the candidate")


# What a candidate may leave unsigned, for a reason.
UNSIGNED_KINDS = [SignatureKind.EVIDENCE.value, SignatureKind.RESULT.value]


class Accommodation(TextChoices):
    """What somebody needs so that the assessment shows what she can do."""

    READ_ALOUD = "read_aloud", _("Questions read aloud")
    INTERPRETER = "interpreter", _("An interpreter")
    EXTRA_TIME = "extra_time", _("More time")
    SUPPORT = "support", _("Somebody at her or his side")
    PLACE = "place", _("A place that she or he can reach and use")
    OTHER = "other", _("Something else, which the note says")


MOST_EXTRA_MINUTES = 480  # a day's work [P]


class VerificationOutcome(TextChoices):
    CONFORMS = "conforms", _("Conforms")
    RETURNED = "returned", _("Returned to the evaluator")


class Route(TextChoices):
    """On which way somebody came to an assessment."""

    DIRECT = "direct", _("Direct")
    AFTER_TRAINING = "after_training", _("After a training")
    REASSESSMENT = "reassessment", _("Another attempt")
    RENEWAL = "renewal", _("Renewal of a certificate")


class AppealChannel(TextChoices):
    """How somebody said that she or he does not agree with a decision."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("By telephone")
    WRITTEN = "written", _("In writing")


class AppealResolution(TextChoices):
    """What a panel resolves on a decision that was appealed."""

    CONFIRMED = "confirmed", _("The decision stands")
    REVOKED = "revoked", _("The decision is taken back: the portfolio is verified anew")
    REPEAT = "repeat", _("The assessment is repeated with another evaluator")


# The resolutions that take a decision back.
TAKES_BACK = [AppealResolution.REVOKED.value, AppealResolution.REPEAT.value]
APPEAL_WITHIN = 10  # working days after the decision [P]
APPEAL_WRITTEN_DOWN_IN = 5  # working days more: what counts is when it was said [P]
APPEAL_ANSWERED_IN = 20  # working days after it was lodged [P]
APPEAL_DUE_SOON = timedelta(days=7)  # from when coordination looks after it [P]


class TrainingOutcome(TextChoices):
    COMPLETED = "completed", _("Completed")
    NOT_COMPLETED = "not_completed", _("Not completed")


class TrainingEnd(TextChoices):
    """Why a training was closed by something else than its own end."""

    ASSESSMENT_LEFT = "assessment_left", _("The assessment ended")
    CASE_CLOSED = "case_closed", _("The person left the programme")


class SamplingReason(TextChoices):
    """Why a portfolio is verified item by item, or by the points of the list alone (CERT-12)."""

    FIRST = "first", _("It is one of the first portfolios of this evaluator.")
    DRAWN = "drawn", _("It was drawn.")
    NOT_DRAWN = "not_drawn", _("It was not drawn.")
    PAPER = "paper", _("Its answers were typed from paper.")


class ChecklistPoint(TextChoices):
    """What a verifier looks at in a portfolio before it conforms."""

    IDENTITY = "identity", _("The identity was checked with a document before the session.")
    CONSENT = (
        "consent",
        _("There is a consent to the assessment and, but for a renewal, a diagnosis."),
    )
    RIGHTS = "rights", _("The candidate acknowledged rights and duties before the assessment.")
    PLAN = "plan", _("Candidate and evaluator agreed on the plan, and it was kept to.")
    ANSWERS = "answers", _("Every item has an answer, or the stop for safety has its reason.")
    NOTES = "notes", _("The notes explain what was not met, and do not speak against what was.")
    SUFFICIENT = "sufficient", _("The evidence is of this person, current and sufficient.")
    JUDGEMENT = "judgement", _("The judgement follows from the answers.")
    FEEDBACK = "feedback", _("The result was explained to the candidate, who acknowledged it.")


CHECKLIST = ChecklistPoint.values


class DecisionOutcome(TextChoices):
    GRANTED = "granted", _("Certificate granted")
    NOT_YET = "not_yet", _("Not yet competent confirmed")
    RETURNED = "returned", _("Returned to verification")


class LeaveReason(TextChoices):
    """Why an assessment ended before its judgement."""

    CANDIDATE = "candidate", _("The person does not want to go on")
    NO_SHOW = "no_show", _("The person did not come")
    WORK = "work", _("The person found work")
    MOVED = "moved", _("The person moved or left again")
    HEALTH = "health", _("Health")
    CENTRE = "centre", _("The centre cannot hold it")
    ERROR = "error", _("Enrolled in error")
