"""What comes from a telephone without signal, or from paper."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from certification.choices.assessments import AssessmentState


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

# In which of them the clock is stopped, or goes on.
PAUSES = [RecordKind.PAUSE.value, RecordKind.RESUME.value]


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


class EvidencePoint(TextChoices):
    """What evidence has to be, each point by itself."""

    VALID = "valid", _("Valid: it shows what the item asks for")
    AUTHENTIC = "authentic", _("Authentic: it is of this person’s own work")
    CURRENT = "current", _("Current: it is of this assessment")
    SUFFICIENT = "sufficient", _("Sufficient: nothing more is needed to judge")


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
