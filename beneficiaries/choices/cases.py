"""The case, who may have it, and who works on it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Track(TextChoices):
    """The first answer of eligibility (CASE-6, CASE-7)."""

    ELIGIBLE = "eligible", _("Eligible")
    NOT_CERTIFICATION_TRACK = "not_certification_track", _("Outside the certification track")
    PENDING = "pending", _("Information pending")


class Outcome(TextChoices):
    """The second answer of eligibility (CASE-8, CASE-9)."""

    ELIGIBLE = "eligible", _("Eligible")
    ELIGIBLE_PARTIAL = "eligible_partial", _("Support services only")
    EXCEPTION = "exception", _("Eligible by exception")
    PENDING = "pending", _("Information pending")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")


class CaseState(TextChoices):
    """Where an episode of accompaniment stands; the two last are ends."""

    REGISTERED = "registered", pgettext_lazy("case", "Registered")
    SCREENED = "screened", _("Screened")
    ELIGIBLE = "eligible", _("Eligible")
    ELIGIBLE_PARTIAL = "eligible_partial", _("Support services only")
    PENDING = "pending", _("Information pending")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    EXCEPTION = "exception", _("Eligible by exception")
    ACTIVE = "active", pgettext_lazy("case", "Active")
    ON_HOLD = "on_hold", _("On hold")
    CLOSING = "closing", _("Closing: to be approved")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged into another file")
    UNDONE = "undone", _("Registration taken back")


# The states that are an answer of eligibility, by the same name.
ANSWERED_STATES = [CaseState(each.value) for each in Outcome]


# In which of them the person is accompanied by a plan that she agreed to.
ACCOMPANIED_STATES = [CaseState.ACTIVE, CaseState.ON_HOLD, CaseState.CLOSING]


# After which somebody comes back; a registration that was taken out again never was.
REOPENED_FROM = [CaseState.CLOSED, CaseState.MERGED]
ENDED_STATES = [CaseState.CLOSED, CaseState.MERGED, CaseState.UNDONE]


_ANSWERS = {
    CaseState.ELIGIBLE,
    CaseState.ELIGIBLE_PARTIAL,
    CaseState.PENDING,
    CaseState.NOT_ELIGIBLE,
}


# Whoever is evaluated again goes back to «screened» on the way (CASE-10); an exception stands.
CASE_MOVES = {
    CaseState.REGISTERED: {CaseState.SCREENED, CaseState.MERGED},
    CaseState.SCREENED: {*_ANSWERS, CaseState.MERGED},
    CaseState.ELIGIBLE: {
        CaseState.SCREENED,
        CaseState.ACTIVE,
        CaseState.MERGED,
        CaseState.UNDONE,
    },
    CaseState.ELIGIBLE_PARTIAL: {
        CaseState.SCREENED,
        CaseState.ACTIVE,
        CaseState.MERGED,
        CaseState.UNDONE,
    },
    CaseState.PENDING: {CaseState.SCREENED, CaseState.MERGED, CaseState.UNDONE},
    CaseState.NOT_ELIGIBLE: {
        CaseState.SCREENED,
        CaseState.EXCEPTION,
        CaseState.CLOSED,
        CaseState.MERGED,
        CaseState.UNDONE,
    },
    CaseState.EXCEPTION: {CaseState.ACTIVE, CaseState.MERGED},
    CaseState.ACTIVE: {CaseState.ON_HOLD, CaseState.CLOSING, CaseState.MERGED},
    CaseState.ON_HOLD: {CaseState.ACTIVE, CaseState.CLOSING, CaseState.MERGED},
    CaseState.CLOSING: {CaseState.ACTIVE, CaseState.CLOSED, CaseState.MERGED},
    CaseState.CLOSED: set(),
    CaseState.MERGED: set(),
    CaseState.UNDONE: set(),
}


class CloseReason(TextChoices):
    """Why a case is closed. Rules read some of them: lost contact, and those that settle all."""

    GOALS_MET = "goals_met", _("Goals met")
    PARTIALLY_MET = "partially_met", _("Partly met")
    TRANSFERRED = "transferred", _("Goes on with another institution")
    WITHDREW = "withdrew", _("Withdrew")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("Took the consent back")
    LOST_CONTACT = "lost_contact", _("Contact lost")
    REMIGRATED = "remigrated", _("Migrated again")
    DETAINED = "detained", _("Deprived of liberty")
    DECEASED = "deceased", _("Died")
    INELIGIBLE = "ineligible", _("Not eligible, informed")
    DUPLICATE = "duplicate", _("Duplicate, merged")


# Nothing that is still open can be finished with the person any more.
CLOSED_WHATEVER_IS_OPEN = {CloseReason.DECEASED, CloseReason.DUPLICATE}


class OpenReason(TextChoices):
    """Why an episode follows another: as people tell it, without judging it (CASE-33)."""

    RETURNED = "returned", _("Comes back to the programme")
    REMIGRATED = "remigrated", _("Returned from another migration")
    NEW_NEED = "new_need", _("Has a new need")
    CLOSED_TOO_EARLY = "closed_too_early", _("The case was closed too early")
    TRANSFERRED = "transferred", _("Is now with another office")


class TransferState(TextChoices):
    """What became of a file that another office asked for."""

    ASKED = "asked", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


TRANSFER_MOVES = {
    TransferState.ASKED: {TransferState.ACCEPTED, TransferState.REFUSED},
    TransferState.ACCEPTED: set(),
    TransferState.REFUSED: set(),
}


class ExceptionState(TextChoices):
    """What became of an exception that a caseworker asked for (CASE-9)."""

    ASKED = "asked", _("Waiting for an answer")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


EXCEPTION_MOVES = {
    ExceptionState.ASKED: {ExceptionState.GRANTED, ExceptionState.REFUSED},
    ExceptionState.GRANTED: set(),
    ExceptionState.REFUSED: set(),
}


class EligReason(TextChoices):
    AGE_BELOW_MIN = "age_below_min", _("Younger than the minimum age")
    AGE_ABOVE_MAX = "age_above_max", _("Older than the maximum age")
    NOT_RETURNEE = "not_returnee", _("Not a returned migrant")
    COUNTRY_NOT_US_MX = "country_not_us_mx", _("Experience outside the United States and Mexico")
    EXPERIENCE_BELOW_24_MONTHS = (
        "experience_below_24_months",
        _("Less experience than the minimum"),
    )
    SECTOR_NOT_TARGET = "sector_not_target", _("Another sector")
    NOT_RETURNEE_OR_IDP = "not_returnee_or_idp", _("Neither returned nor displaced")
    MISSING_BIRTH_DATE = "missing_birth_date", _("The date of birth is missing")
    MISSING_EXPERIENCE = "missing_experience", _("The work experience is missing")
    DUPLICATE = "duplicate", _("Duplicate registration")
    OUT_OF_AREA = "out_of_area", _("Out of the area")
    DOUBLE_BENEFIT = "double_benefit", _("Already received the same support")


class AssignmentKind(TextChoices):
    """Why somebody has to do with a person."""

    CASEWORKER = "caseworker", _("Caseworker")
    EVALUATION = "evaluation", _("Evaluation")
    VERIFICATION = "verification", _("Verification")
    DECISION = "decision", _("Decision on certification")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial care")
    LEGAL = "legal", _("Legal assistance")


class TaskKind(TextChoices):
    """Why a task is stored: only where a rule makes one."""

    SAME_DUI_ELSEWHERE = "same_dui_elsewhere", _("Same DUI at two offices")
    LIKELY_ELSEWHERE = "likely_elsewhere", _("Possible duplicate at two offices")
    REFERRAL_OVERDUE = "referral_overdue", _("An institution has not answered a referral")
    SAFETY_PROTOCOL = "safety_protocol", _("Safety protocol: assess the risk today")
    RIGHT_GRANTED = "right_granted", _("A request about data was granted: see that it is done")


# What is for the office that holds the file, whichever that is: it goes along with the file.
TASKS_OF_THE_FILE = [TaskKind.REFERRAL_OVERDUE, TaskKind.SAFETY_PROTOCOL, TaskKind.RIGHT_GRANTED]
