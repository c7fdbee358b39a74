"""What people may ask of us: their data, its end, and a complaint."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestWay(TextChoices):
    """How somebody came with a request or a complaint."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("By telephone")
    MESSAGE = "message", _("By message")
    LETTER = "letter", _("By letter or e-mail")
    BOX = "box", _("Suggestion box")


class Right(TextChoices):
    """What somebody asks of her data (ARCO-POL, CASE-37)."""

    ACCESS = "access", _("Access")
    RECTIFICATION = "rectification", _("Rectification")
    CANCELLATION = "cancellation", _("Erasure")
    OBJECTION = "objection", _("Objection")
    PORTABILITY = "portability", _("Portability")
    FORGETTING = "forgetting", _("Digital erasure")
    LIMITATION = "limitation", _("Restriction")


# Those that the office of the file carries out, once they are granted.
RIGHTS_OF_THE_OFFICE = [Right.RECTIFICATION, Right.OBJECTION]
# Those that are answered with a copy of what is kept.
RIGHTS_TO_A_COPY = [Right.ACCESS, Right.PORTABILITY]


class RightsState(TextChoices):
    """How far a request about somebody's data is (machine 5.19)."""

    RECEIVED = "received", pgettext_lazy("request", "Received")
    IDENTITY_VERIFIED = "identity_verified", _("Identity verified")
    IDENTITY_FAILED = "identity_failed", _("Identity not proved")
    IN_REVIEW = "in_review", _("In review")
    EXTENDED = "extended", _("Extended")
    ANSWERED = "answered", pgettext_lazy("request", "Answered")
    CLOSED = "closed", pgettext_lazy("request", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")


RIGHTS_MOVES = {
    RightsState.RECEIVED: {
        RightsState.IDENTITY_VERIFIED,
        RightsState.IDENTITY_FAILED,
        RightsState.WITHDRAWN,
    },
    RightsState.IDENTITY_VERIFIED: {RightsState.IN_REVIEW, RightsState.WITHDRAWN},
    RightsState.IN_REVIEW: {RightsState.EXTENDED, RightsState.ANSWERED, RightsState.WITHDRAWN},
    RightsState.EXTENDED: {RightsState.ANSWERED, RightsState.WITHDRAWN},
    RightsState.ANSWERED: {RightsState.CLOSED, RightsState.WITHDRAWN},
    RightsState.IDENTITY_FAILED: set(),
    RightsState.CLOSED: set(),
    RightsState.WITHDRAWN: set(),
}


# Those that wait for an answer: their clock runs.
RIGHTS_WAITING = [
    RightsState.RECEIVED,
    RightsState.IDENTITY_VERIFIED,
    RightsState.IN_REVIEW,
    RightsState.EXTENDED,
]


class RightsOutcome(TextChoices):
    GRANTED = "granted", _("Granted")
    PARTLY = "partly", _("Granted in part")
    REFUSED = "refused", pgettext_lazy("request", "Refused")


class ErasureKind(TextChoices):
    """What is kept for how long after the last case closed (CASE-38)."""

    SENSITIVE = "sensitive", _("Protected data")
    IDENTITY = "identity", _("Identity and all the rest")


class ErasureState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("erasure", "Proposed")
    CONFIRMED = "confirmed", pgettext_lazy("erasure", "Confirmed, waiting for the second person")
    APPROVED = "approved", pgettext_lazy("erasure", "Approved by two people")
    CANCELLED = "cancelled", pgettext_lazy("erasure", "Cancelled")


ERASURE_MOVES = {
    ErasureState.PROPOSED: {ErasureState.CONFIRMED, ErasureState.CANCELLED},
    ErasureState.CONFIRMED: {ErasureState.APPROVED, ErasureState.PROPOSED},
    ErasureState.APPROVED: set(),
    ErasureState.CANCELLED: set(),
}


class ErasureItemState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("erasure", "Proposed")
    KEPT = "kept", pgettext_lazy("erasure", "Kept")
    ERASED = "erased", pgettext_lazy("erasure", "Erased")


class ComplaintKind(TextChoices):
    COMPLAINT = "complaint", _("Complaint")
    SUGGESTION = "suggestion", _("Suggestion")
    THANKS = "thanks", _("Thanks")


class ComplaintTopic(TextChoices):
    """What a complaint is about: of some only few learn (machine 5.20)."""

    SERVICE = "service", _("A service that was given, or was not")
    WAITING = "waiting", _("Waiting times")
    TREATMENT = "treatment", _("How somebody was treated")
    INFORMATION = "information", _("Information that was missing or wrong")
    SELECTION = "selection", _("Who is chosen for a service, and who is not")
    DATA = "data", _("Use of personal data")
    MISCONDUCT = "misconduct", _("Misconduct, or asking for something in return")
    ABUSE = "abuse", _("Sexual exploitation, abuse or harassment")
    OTHER = "other", pgettext_lazy("complaint", "Something else")


SENSITIVE_TOPICS = [ComplaintTopic.DATA, ComplaintTopic.MISCONDUCT, ComplaintTopic.ABUSE]


class ComplaintState(TextChoices):
    RECEIVED = "received", pgettext_lazy("complaint", "Received")
    TRIAGED = "triaged", pgettext_lazy("complaint", "Triaged")
    INVESTIGATING = "investigating", pgettext_lazy("complaint", "Being looked into")
    ANSWERED = "answered", pgettext_lazy("complaint", "Answered")
    CLOSED = "closed", pgettext_lazy("complaint", "Closed")


# From «answered» it goes back when whoever complained does not agree: the appeal.
COMPLAINT_MOVES = {
    ComplaintState.RECEIVED: {ComplaintState.TRIAGED},
    ComplaintState.TRIAGED: {ComplaintState.INVESTIGATING},
    ComplaintState.INVESTIGATING: {ComplaintState.ANSWERED},
    ComplaintState.ANSWERED: {ComplaintState.CLOSED, ComplaintState.INVESTIGATING},
    ComplaintState.CLOSED: set(),
}


COMPLAINTS_WAITING = [
    ComplaintState.RECEIVED,
    ComplaintState.TRIAGED,
    ComplaintState.INVESTIGATING,
]
