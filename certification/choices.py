"""The closed lists of certification that rules read."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beneficiaries.choices import Outcome, Status

# Which answers of eligibility lead to certification: to be eligible, or an exception (CASE-9).
CANDIDATES = {Outcome.ELIGIBLE, Outcome.EXCEPTION}


class CriterionKind(TextChoices):
    """What a criterion looks at."""

    PERFORMANCE = "desempeno", _("Performance")
    PRODUCT = "producto", _("Product")
    ATTITUDE = "actitud", _("Attitude")


class InstrumentKind(TextChoices):
    OBSERVATION = "guia_observacion", _("Observation guide")
    CHECKLIST = "lista_cotejo", _("Checklist of the product")
    QUESTIONNAIRE = "cuestionario", _("Questionnaire")


class Scale(TextChoices):
    """How an item is answered. The values are those of the standards' own files."""

    YES_NO = "si_no", _("Yes or no")
    YES_NO_NA = "si_no_na", _("Yes, no or not applicable")
    MEASUREMENT = "medicion", _("Measurement")
    CHOICE = "opcion_multiple", _("Multiple choice")


class ItemAnswer(TextChoices):
    """The answers of the scales that are ticked."""

    YES = "si", _("Yes")
    NO = "no", _("No")
    NA = "na", _("Not applicable")


class Photo(TextChoices):
    """Whether an item is proven by a photo."""

    NONE = "ninguna", _("No photo")
    OPTIONAL = "opcional", _("Photo if wanted")
    REQUIRED = "obligatoria", _("Photo needed")


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


class Recommendation(TextChoices):
    """What is advised after a diagnosis, or to close the gaps of an assessment."""

    RESKILLING = "formacion_reskilling", _("Reskilling: the whole course")
    UPSKILLING = "formacion_upskilling", _("Upskilling: what is missing")
    ASSESSMENT = "evaluacion", _("Assessment")


class VersionState(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class DraftState(TextChoices):
    """Where the next version of a standard stands, until it is published."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Before the committee")
    PUBLISHED = "published", _("Published")
    DROPPED = "dropped", _("Given up")


DRAFT_MOVES = {
    DraftState.DRAFT: {DraftState.IN_REVIEW, DraftState.DROPPED},
    DraftState.IN_REVIEW: {DraftState.DRAFT, DraftState.PUBLISHED},
    DraftState.PUBLISHED: set(),
    DraftState.DROPPED: set(),
}
OPEN_DRAFTS = [state.value for state, following in DRAFT_MOVES.items() if following]
APPROVALS = 2  # how many of a committee approve what is published, none of whom wrote in it


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


class CertificateState(TextChoices):
    """What became of a certificate; that it has expired follows from its dates."""

    VALID = "valid", _("Valid")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    REPLACED = "replaced", _("Replaced")


_STANDS = {CertificateState.SUSPENDED, CertificateState.REVOKED}
CERTIFICATE_MOVES = {
    CertificateState.VALID: {*_STANDS, CertificateState.REPLACED},
    CertificateState.SUSPENDED: {CertificateState.VALID, CertificateState.REVOKED},
    CertificateState.REVOKED: set(),
    CertificateState.REPLACED: set(),
}
# In which of them a certificate counts no more, which its bit in the status list says.
ENDED_CERTIFICATES = [CertificateState.REVOKED.value, CertificateState.REPLACED.value]


class CertificateEventKind(TextChoices):
    """What somebody did with a certificate after it was issued."""

    SUSPENDED = "suspended", _("Suspended")
    LIFTED = "lifted", _("Suspension lifted")
    PROPOSED = "proposed", _("Revocation proposed")
    REJECTED = "rejected", _("Revocation not approved")
    REVOKED = "revoked", _("Revoked")
    REPLACED = "replaced", _("Replaced by another")
    LOOKUP = "lookup", _("What the public check shows was changed")


class RevocationReason(TextChoices):
    """Why a certificate is taken back for good."""

    ERROR = "error_material", _("Material error")
    FRAUD = "fraude", _("Fraud")
    APPEAL = "apelacion", _("Decision of an appeal")
    HOLDER = "solicitud_titular", _("The holder asks for it")


class ReissueReason(TextChoices):
    """Why another certificate takes the place of one."""

    CORRECTION = "correccion", _("Something on it is wrong")
    NAME = "cambio_nombre", _("The holder's name changed")
    SECRET = "secreto_perdido", _("Its square code came into wrong hands")
    KEY = "clave_perdida", _("The key that signed it came into wrong hands")


class ProposalState(TextChoices):
    """Where a proposal to revoke a certificate stands."""

    WAITING = "waiting", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Not approved")


class PublicLookup(TextChoices):
    """What the public check shows of a certificate, while its holder agrees at all (CERT-18)."""

    FULL = "full", _("With the holder's initials")
    MINIMAL = "minimal", _("Without initials and place")
    NONE = "none", _("Nothing: as if there were no such certificate")


# Of whom the public check says least unless they ask for more (CERT-19).
PROTECTED = {Status.IDP, Status.BOTH}


class KeyState(TextChoices):
    """What a signing key is good for."""

    ACTIVE = "active", _("In use")
    RETIRED = "retired", _("Retired: what it signed holds")
    COMPROMISED = "compromised", _("Given away: what it signed is issued anew")


class AccreditationState(TextChoices):
    """Where the accreditation of a centre in one standard stands."""

    REQUESTED = "requested", _("Requested")
    RENEWAL_REQUESTED = "renewal_requested", _("Renewal requested")
    DOCUMENTS_OK = "documents_ok", _("Documents in order")
    VISIT_PLANNED = "visit_planned", _("Visit planned")
    VISITED = "visited", _("Visited")
    WITH_OBSERVATIONS = "with_observations", _("With observations")
    ACCREDITED = "accredited", _("Accredited")
    SUSPENDED = "suspended", pgettext_lazy("accreditation", "Suspended")
    REJECTED = "rejected", _("Rejected")
    REVOKED = "revoked", pgettext_lazy("accreditation", "Revoked")


ACCREDITATION_MOVES = {
    AccreditationState.REQUESTED: {AccreditationState.DOCUMENTS_OK, AccreditationState.REJECTED},
    AccreditationState.RENEWAL_REQUESTED: {
        AccreditationState.VISIT_PLANNED,
        AccreditationState.REJECTED,
    },
    AccreditationState.DOCUMENTS_OK: {
        AccreditationState.VISIT_PLANNED,
        AccreditationState.REJECTED,
    },
    AccreditationState.VISIT_PLANNED: {AccreditationState.VISITED},
    AccreditationState.VISITED: {
        AccreditationState.ACCREDITED,
        AccreditationState.WITH_OBSERVATIONS,
        AccreditationState.REJECTED,
    },
    AccreditationState.WITH_OBSERVATIONS: {
        AccreditationState.VISIT_PLANNED,
        AccreditationState.REJECTED,
    },
    AccreditationState.ACCREDITED: {AccreditationState.SUSPENDED, AccreditationState.REVOKED},
    AccreditationState.SUSPENDED: {AccreditationState.ACCREDITED, AccreditationState.REVOKED},
    AccreditationState.REJECTED: set(),
    AccreditationState.REVOKED: set(),
}
# In which of them there is no answer yet.
UNDER_WAY = [
    AccreditationState.REQUESTED.value,
    AccreditationState.RENEWAL_REQUESTED.value,
    AccreditationState.DOCUMENTS_OK.value,
    AccreditationState.VISIT_PLANNED.value,
    AccreditationState.VISITED.value,
    AccreditationState.WITH_OBSERVATIONS.value,
]
# In which of them there was a grant, with its days; two of one standard never overlap.
GRANTED = [
    AccreditationState.ACCREDITED.value,
    AccreditationState.SUSPENDED.value,
    AccreditationState.REVOKED.value,
]
HELD = GRANTED[:2]
# Which of them are given with a reason that the centre reads.
WITH_A_REASON = [
    AccreditationState.WITH_OBSERVATIONS.value,
    AccreditationState.SUSPENDED.value,
    AccreditationState.REJECTED.value,
    AccreditationState.REVOKED.value,
]


class VisitKind(TextChoices):
    INITIAL = "initial", _("Initial")
    RENEWAL = "renewal", _("Renewal")
    SURVEILLANCE = "surveillance", _("Surveillance")
    EXTRAORDINARY = "extraordinary", _("Extraordinary")


# Those that an accreditation is decided upon, and those to a centre that has it.
DECIDING_VISITS = [VisitKind.INITIAL.value, VisitKind.RENEWAL.value]
LATER_VISITS = [VisitKind.SURVEILLANCE, VisitKind.EXTRAORDINARY]


class VisitOutcome(TextChoices):
    FAVOURABLE = "favourable", _("Favourable")
    WITH_OBSERVATIONS = "with_observations", _("With observations")
    UNFAVOURABLE = "unfavourable", _("Unfavourable")


class Condition(TextChoices):
    """In what state a centre's equipment is; what is broken does not count."""

    GOOD = "good", _("Good")
    WORN = "worn", _("Worn, but usable")
    BROKEN = "broken", _("Not usable")


class EvaluatorState(TextChoices):
    """Where the accreditation of an evaluator in one standard stands."""

    PROPOSED = "proposed", _("Proposed")
    ACCREDITED = "accredited", _("Accredited")
    SUSPENDED = "suspended", pgettext_lazy("accreditation", "Suspended")
    REVOKED = "revoked", pgettext_lazy("accreditation", "Revoked")


EVALUATOR_MOVES = {
    EvaluatorState.PROPOSED: {EvaluatorState.ACCREDITED, EvaluatorState.REVOKED},
    EvaluatorState.ACCREDITED: {EvaluatorState.SUSPENDED, EvaluatorState.REVOKED},
    EvaluatorState.SUSPENDED: {EvaluatorState.ACCREDITED, EvaluatorState.REVOKED},
    EvaluatorState.REVOKED: set(),
}
EVALUATOR_HELD = [EvaluatorState.ACCREDITED.value, EvaluatorState.SUSPENDED.value]
PANEL_SEATS = 2  # of the founding panel of a standard (CERT-4)
CONFLICT_MONTHS = 24  # for how long whoever trained somebody does not assess her (CERT-3)


class RecordKind(TextChoices):
    """What a telephone notes without signal, in the order in which it happens."""

    START = "start", _("Identity and start")
    ANSWER = "answer", _("Answer")
    PAUSE = "pause", _("Pause")
    RESUME = "resume", _("End of the pause")
    STOP = "stop", _("Stop for safety")
    PHOTO = "photo", _("Photo")
    SIGNATURE = "signature", _("Signature")
    CLOSE = "close", _("End of the evidence")


# Which of them bring a file, and are kept as evidence.
WITH_A_FILE = [RecordKind.PHOTO.value, RecordKind.SIGNATURE.value]


class EvidenceKind(TextChoices):
    """What is kept of a session besides its answers."""

    PHOTO = "photo", _("Photo")
    SIGNATURE = "signature", _("Signature")
    DOCUMENT = "document", _("Paper")


class EvidenceSource(TextChoices):
    """By which way it came."""

    PHONE = "phone", _("Telephone without signal")
    PAGE = "page", _("Page with signal")
    PAPER = "paper", _("Paper form")


class SafetyPoint(TextChoices):
    """What is looked at before a session begins: nothing begins before all of it holds."""

    PROTECTION = "protection", _("The protective equipment is there, and worn")
    AREA = "area", _("The area, the tools and the machines are safe")


class Signer(TextChoices):
    """Who signs on a telephone, and when."""

    CANDIDATE_START = "candidate_start", _("Candidate, at the start")
    EVALUATOR_START = "evaluator_start", _("Evaluator, at the start")
    CANDIDATE_END = "candidate_end", _("Candidate, at the end")
    EVALUATOR_END = "evaluator_end", _("Evaluator, at the end")


class ReceiptOutcome(TextChoices):
    """What became of a record that arrived."""

    STORED = "stored", _("Stored")
    CONFLICT = "conflict", _("Kept for coordination to settle")


class Settlement(TextChoices):
    """What coordination decides on a record that came too late."""

    TAKEN = "taken", _("What the telephone noted counts")
    DISMISSED = "dismissed", _("What the system has stays")


PACKAGE_FORMAT = 1  # changes when a telephone has to read a package otherwise
# In which of them an assessment is taken to the field.
FIELD_STATES = [AssessmentState.PLAN_AGREED.value, AssessmentState.IN_ASSESSMENT.value]


class PaperState(TextChoices):
    """How far it is with a form on paper."""

    PRINTED = "printed", _("Printed")
    TYPED_ONCE = "typed_once", _("Typed by one person")
    DIFFERS = "differs", _("To be settled: two people typed it differently")
    AGREED = "agreed", _("Typed by two people alike, and not kept yet")
    KEPT = "kept", _("Kept")
    DROPPED = "dropped", _("Set aside")


# In which of them it waits for somebody.
WAITING_PAPERS = [
    PaperState.TYPED_ONCE.value,
    PaperState.DIFFERS.value,
    PaperState.AGREED.value,
]


class PaperSigned(TextChoices):
    """Who signed the paper; without the evaluator it is no record."""

    BOTH = "both", _("The person and the evaluator")
    EVALUATOR = "evaluator", _("Only the evaluator")
