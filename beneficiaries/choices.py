"""The closed lists that rules read; all other lists are rows of LookupValue (DECISIONS 52)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from genesis.lib.sensitivity import D2, D3, D4


class Sex(TextChoices):
    F = "F", _("Female")
    M = "M", _("Male")
    X = "X", _("Sex not on record")


class Population(TextChoices):
    RETURNEE = "returnee", _("Returned migrant")
    IDP = "idp", _("Internally displaced person")
    RETURNEE_IDP = "returnee_idp", _("Returned and internally displaced")
    FAMILY = "family", _("Family of a returned or displaced person")
    COMMUNITY = "community", _("Host community")


RETURNED = {Population.RETURNEE, Population.RETURNEE_IDP}


class Precision(TextChoices):
    """How much of a date is known."""

    DAY = "day", _("exact day")
    MONTH = "month", _("month and year")
    YEAR = "year", _("year only")
    ESTIMATED = "estimated", _("estimated")


class DocType(TextChoices):
    DUI = "dui", _("DUI")
    BIRTH_CERT = "birth_cert", _("Birth certificate")
    PASSPORT_SV = "passport_sv", _("Salvadoran passport")
    MINORIDAD = "minoridad", _("Minor's identity card")
    DUI_EXPIRED = "dui_expired", _("Expired DUI")
    RETURN_DOC = "return_doc", _("Travel or return document")
    CONSULAR_ID = "consular_id", _("Consular document")
    GT_DPI = "gt_dpi", _("DPI (Guatemala)")
    HN_DNI = "hn_dni", _("DNI (Honduras)")
    NIT = "nit", _("NIT (before it became the DUI)")
    NONE = "none", _("No document")


DUI_TYPES = [DocType.DUI, DocType.DUI_EXPIRED]


class DocStatus(TextChoices):
    VALID = "valid", _("Valid")
    EXPIRED = "expired", _("Expired")
    LOST = "lost", _("Lost")
    NEVER = "never", _("Never issued")
    IN_PROCESS = "in_process", _("Being issued")


class PhoneOwner(TextChoices):
    OWN = "own", _("The person")
    FAMILY = "family", _("A relative")
    NEIGHBOUR = "neighbour", _("A neighbour")
    WORK = "work", _("The workplace")


class ContactChannel(TextChoices):
    CALL = "call", _("Call")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    EMAIL = "email", _("E-mail")
    HOME_VISIT = "home_visit", _("Home visit")
    THIRD_PARTY = "third_party", _("Somebody they trust")


class Area(TextChoices):
    URBAN = "urban", _("Urban")
    RURAL = "rural", _("Rural")


class Sector(TextChoices):
    CONSTRUCTION = "construction", _("Construction")
    TOURISM = "tourism", _("Tourism, hotels and food")
    OTHER = "other", _("Other")


class ConsentPurpose(TextChoices):
    REGISTRATION = "registration", _("Registration and accompaniment")
    SENSITIVE = "sensitive", _("Sensitive data")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial file")
    LEGAL = "legal", _("Legal file")
    SHARE_EMPLOYER = "share_employer", _("Show the profile to employers")
    SHARE_PARTNER = "share_partner", _("Share with institutions for a referral")
    SHARE_DONOR_MICRO = "share_donor_micro", _("Data without a name for donors")
    FOLLOWUP = "followup", _("Follow-up contact for up to 14 months")
    IMAGE = "image", _("Photo and testimony")
    RESEARCH = "research", _("Studies and evaluation")
    GUARDIAN_MINOR = "guardian_minor", _("Data of children in their care")
    ASSESSMENT = "assessment", _("Assessment of competencies")
    PUBLIC_REGISTER = "public_register", _("Public check of the certificate")


class ConsentState(TextChoices):
    """Where the answer to one purpose stands; without any answer it counts as a no."""

    NOT_ASKED = "not_asked", _("Not asked yet")
    GRANTED = "granted", pgettext_lazy("consent", "Yes")
    REFUSED = "refused", pgettext_lazy("consent", "No")
    TO_RENEW = "to_renew", _("To be asked again")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")


CONSENT_MOVES = {
    ConsentState.NOT_ASKED: {ConsentState.GRANTED, ConsentState.REFUSED},
    ConsentState.GRANTED: {ConsentState.WITHDRAWN, ConsentState.EXPIRED, ConsentState.TO_RENEW},
    ConsentState.TO_RENEW: {ConsentState.GRANTED, ConsentState.WITHDRAWN},
    ConsentState.REFUSED: {ConsentState.GRANTED},
    ConsentState.WITHDRAWN: {ConsentState.GRANTED},
    ConsentState.EXPIRED: {ConsentState.GRANTED},
}
CONSENT_TONES = {
    ConsentState.NOT_ASKED: "plain",
    ConsentState.GRANTED: "ok",
    ConsentState.REFUSED: "plain",
    ConsentState.TO_RENEW: "alerta",
    ConsentState.WITHDRAWN: "alerta",
    ConsentState.EXPIRED: "alerta",
}


class ConsentChannel(TextChoices):
    PAPER_SIGNED = "paper_signed", _("Signed paper")
    DIGITAL_SIGNATURE = "digital_signature", _("Signature on the screen")
    THUMBPRINT = "thumbprint", _("Thumbprint with a witness")
    VERBAL_RECORDED = "verbal_recorded", _("Recorded by voice")


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


# The states that are an answer of eligibility, by the same name.
ANSWERED_STATES = [CaseState(each.value) for each in Outcome]
# In which of them the person is accompanied by a plan that she agreed to.
ACCOMPANIED_STATES = [CaseState.ACTIVE, CaseState.ON_HOLD, CaseState.CLOSING]
ENDED_STATES = [CaseState.CLOSED, CaseState.MERGED]

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
    CaseState.ELIGIBLE: {CaseState.SCREENED, CaseState.ACTIVE, CaseState.MERGED},
    CaseState.ELIGIBLE_PARTIAL: {CaseState.SCREENED, CaseState.ACTIVE, CaseState.MERGED},
    CaseState.PENDING: {CaseState.SCREENED, CaseState.MERGED},
    CaseState.NOT_ELIGIBLE: {
        CaseState.SCREENED,
        CaseState.EXCEPTION,
        CaseState.CLOSED,
        CaseState.MERGED,
    },
    CaseState.EXCEPTION: {CaseState.ACTIVE, CaseState.MERGED},
    CaseState.ACTIVE: {CaseState.ON_HOLD, CaseState.CLOSING, CaseState.MERGED},
    CaseState.ON_HOLD: {CaseState.ACTIVE, CaseState.CLOSING, CaseState.MERGED},
    CaseState.CLOSING: {CaseState.ACTIVE, CaseState.CLOSED, CaseState.MERGED},
    CaseState.CLOSED: set(),
    CaseState.MERGED: set(),
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


class Service(TextChoices):
    """The fifteen services that a person receives, of the programme's twenty (DECISIONS 22)."""

    EARLY_ATTENTION = "1a", _("1a Early attention, profiling and registration")
    ASSESSMENT = "1c", _("1c Assessment and certification")
    RESKILLING = "1d", _("1d Reskilling")
    UPSKILLING = "1e", _("1e Upskilling")
    COACHING = "2a", _("2a Job coaching")
    SOFT_SKILLS = "2b", _("2b Soft skills")
    FINANCIAL_EDUCATION = "2c", _("2c Financial education")
    PSYCHOSOCIAL = "2d", _("2d Psychosocial care")
    INTERMEDIATION = "2e", _("2e Labour intermediation")
    INCUBATION = "3a", _("3a Incubation")
    ACCELERATION = "3b", _("3b Acceleration")
    FINANCING = "3c", _("3c Financing alternatives")
    EMPOWERMENT = "5b", _("5b Empowerment")
    RIGHTS_TRAINING = "5c", _("5c Human-rights training")
    LEGAL_ASSISTANCE = "5d", _("5d Legal assistance")


class AssignmentKind(TextChoices):
    """Why somebody has to do with a person (DECISIONS 4)."""

    CASEWORKER = "caseworker", _("Caseworker")
    EVALUATION = "evaluation", _("Evaluation")
    VERIFICATION = "verification", _("Verification")
    DECISION = "decision", _("Decision on certification")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial care")
    LEGAL = "legal", _("Legal assistance")


class Likeness(TextChoices):
    """What is known of two records that may be one person (CASE-1)."""

    OPEN = "open", _("To be decided")
    SAME = "same", _("The same person")
    DIFFERENT = "different", _("Different people")
    UNSURE = "unsure", _("Not sure")


class TaskKind(TextChoices):
    """Why a task is stored: only where a rule makes one (DECISIONS 16)."""

    SAME_DUI_ELSEWHERE = "same_dui_elsewhere", _("Same DUI at two offices")
    LIKELY_ELSEWHERE = "likely_elsewhere", _("Possible duplicate at two offices")
    REFERRAL_OVERDUE = "referral_overdue", _("An institution has not answered a referral")
    SAFETY_PROTOCOL = "safety_protocol", _("Safety protocol: assess the risk today")


class RowOutcome(TextChoices):
    """What came of one row of an imported workbook."""

    NEW = "new", _("New")
    DUPLICATE = "duplicate", _("Already registered")
    POSSIBLE_DUPLICATE = "possible_duplicate", _("Possible duplicate")
    ERROR = "error", _("To be corrected")
    NO_CONSENT = "no_consent", _("No consent")


class Status(TextChoices):
    """Who somebody is to the figures: from the profile and the country of return (DECISIONS 34)."""

    RETURNED_US = "returned_us", _("Returned from the United States")
    RETURNED_MX = "returned_mx", _("Returned from Mexico")
    RETURNED_ELSEWHERE = "returned_elsewhere", _("Returned from elsewhere")
    IDP = "idp", _("Internally displaced")
    BOTH = "both", _("Returned and displaced")
    FAMILY = "family", _("Family")
    COMMUNITY = "community", _("Host community")


INDEX_DAYS_BETWEEN = 60  # not more than one reintegration index in so many days


class WeightSource(TextChoices):
    """Where the weights of the reintegration index come from."""

    EQUAL = "equal", _("Equal weights")
    OFFICIAL = "official", _("Official weights")


class ImportStage(TextChoices):
    """Where a workbook stands on its way in."""

    MAPPING = "mapping", _("Columns to be confirmed")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked: to be confirmed")
    IMPORTING = "importing", _("Being imported")
    IMPORTED = "imported", _("Imported")
    DISCARDED = "discarded", _("Discarded")


IMPORT_MOVES = {
    ImportStage.MAPPING: {ImportStage.CHECKING, ImportStage.DISCARDED},
    ImportStage.CHECKING: {ImportStage.CHECKED, ImportStage.DISCARDED},
    ImportStage.CHECKED: {ImportStage.IMPORTING, ImportStage.CHECKING, ImportStage.DISCARDED},
    ImportStage.IMPORTING: {ImportStage.IMPORTED},
    ImportStage.IMPORTED: set(),
    ImportStage.DISCARDED: set(),
}


class YesNo(TextChoices):
    """What somebody answers, who need not answer."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    NO_ANSWER = "no_answer", _("Prefers not to say")


class YesNoUnknown(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


class AtSchool(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_APPLICABLE = "na", _("Not applicable")


class Difficulty(TextChoices):
    """The answers of the Washington Group's short set; a disability counts from the third on."""

    NONE = "1", _("No difficulty")
    SOME = "2", _("Some difficulty")
    MUCH = "3", _("A lot of difficulty")
    UNABLE = "4", _("Cannot do it at all")


class TravelChannel(TextChoices):
    REGULAR = "regular", _("Regular")
    IRREGULAR = "irregular", _("Irregular")
    MIXED = "mixed", _("Mixed")
    NO_ANSWER = "no_answer", _("Prefers not to say")


class Intention(TextChoices):
    """Whether somebody means to migrate again."""

    NONE = "none", _("No intention")
    WISH = "wish", _("Would like to")
    NEED = "need", _("Feels the need to")
    NO_ANSWER = "no_answer", _("Prefers not to say")


class AvoidedKind(TextChoices):
    """Whom nobody may tell of a person, nor send her to."""

    PERSON = "person", _("A person")
    EMPLOYER = "employer", _("An employer")
    INSTITUTION = "institution", _("An institution")


class MessageState(TextChoices):
    """What became of a text that was prepared for somebody: a person sends it (CASE-14)."""

    PREPARED = "prepared", _("To be sent")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


MESSAGE_MOVES = {
    MessageState.PREPARED: {MessageState.SENT, MessageState.CANCELLED},
    MessageState.SENT: set(),
    MessageState.CANCELLED: set(),
}


class Weekday(IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class ConflictKind(TextChoices):
    """Why somebody of the staff may not open a person's file."""

    RELATIVE = "relative", _("A relative")
    NEIGHBOUR = "neighbour", _("A neighbour or somebody close")
    OTHER = "other", _("Another reason")


class RegistrationState(TextChoices):
    DRAFT = "draft", _("To be finished")
    REGISTERED = "registered", _("Registered")
    DISCARDED = "discarded", _("Discarded")


REGISTRATION_MOVES = {
    RegistrationState.DRAFT: {RegistrationState.REGISTERED, RegistrationState.DISCARDED},
    RegistrationState.REGISTERED: set(),
    RegistrationState.DISCARDED: set(),
}


class ReferralPriority(TextChoices):
    """How soon an institution acknowledges that somebody was referred to it (CASE-28)."""

    EMERGENCY = "emergency", _("Emergency (24 hours)")
    URGENT = "urgent", _("Urgent (72 hours)")
    NORMAL = "normal", _("Normal (14 days)")


class ReferralState(TextChoices):
    """Where a referral to an institution stands (5.3)."""

    DRAFT = "draft", pgettext_lazy("referral", "Draft")
    READY = "ready", _("Ready to be sent")
    SENT = "sent", pgettext_lazy("referral", "Sent")
    ACKNOWLEDGED = "acknowledged", _("Received by the institution")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    DECLINED = "declined_by_org", _("Not accepted")
    NO_RESPONSE = "no_response", _("No answer in time")
    IN_SERVICE = "in_service", _("In attention")
    COMPLETED = "completed", _("Finished")
    CLOSED = "closed", pgettext_lazy("referral", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("referral", "Cancelled")


_ANSWERED = {ReferralState.ACCEPTED, ReferralState.DECLINED, ReferralState.CANCELLED}
REFERRAL_MOVES = {
    ReferralState.DRAFT: {ReferralState.READY, ReferralState.CANCELLED},
    ReferralState.READY: {ReferralState.DRAFT, ReferralState.SENT, ReferralState.CANCELLED},
    ReferralState.SENT: {ReferralState.ACKNOWLEDGED, ReferralState.NO_RESPONSE, *_ANSWERED},
    ReferralState.ACKNOWLEDGED: _ANSWERED,
    # An institution may still answer late; until then it is asked again, or nobody any more.
    ReferralState.NO_RESPONSE: {ReferralState.SENT, ReferralState.ACKNOWLEDGED, *_ANSWERED},
    ReferralState.ACCEPTED: {
        ReferralState.IN_SERVICE,
        ReferralState.COMPLETED,
        ReferralState.CANCELLED,
    },
    ReferralState.IN_SERVICE: {ReferralState.COMPLETED, ReferralState.CANCELLED},
    ReferralState.DECLINED: {ReferralState.CLOSED},
    ReferralState.COMPLETED: set(),
    ReferralState.CLOSED: set(),
    ReferralState.CANCELLED: set(),
}
ENDED_REFERRALS = [ReferralState.COMPLETED, ReferralState.CLOSED, ReferralState.CANCELLED]
UNSENT_REFERRALS = [ReferralState.DRAFT, ReferralState.READY]


class ReferralOutcome(TextChoices):
    """What came of a referral: without it none is closed (CASE-29)."""

    SERVICE_RECEIVED = "service_received", _("Service received")
    PARTIALLY = "partially", _("Partly received")
    WAITLISTED = "waitlisted", _("Waiting list")
    REJECTED_CRITERIA = "rejected_criteria", _("Not accepted: does not meet the criteria")
    REJECTED_CAPACITY = "rejected_capacity", _("Not accepted: no places")
    NO_SHOW = "no_show", _("The person did not come")
    DECLINED = "declined", _("The person no longer wants it")
    UNREACHABLE = "unreachable", _("Could not be found")


REJECTIONS = [ReferralOutcome.REJECTED_CRITERIA, ReferralOutcome.REJECTED_CAPACITY]
CANCELLATIONS = [ReferralOutcome.DECLINED, ReferralOutcome.NO_SHOW, ReferralOutcome.UNREACHABLE]
RECEIVED = [ReferralOutcome.SERVICE_RECEIVED, ReferralOutcome.PARTIALLY]


class ReferralVia(TextChoices):
    """How a referral went out of the house."""

    LINK = "link", _("By its page")
    PRINTED = "printed", _("On paper, by the person")
    EMAIL = "email", _("By e-mail")
    PHONE = "phone", _("By telephone")
    IN_PERSON = "in_person", _("In person, accompanied")


class SharedField(TextChoices):
    """What of a person can be ticked for an institution: nothing else is printed or shown."""

    NAME = "name", _("Name")
    DOCUMENT = "document", _("Identity document")
    AGE = "age", _("Age")
    SEX = "sex", _("Sex")
    PHONE = "phone", _("Telephone")
    DISTRICT = "district", _("District")
    PROFILE = "profile", _("Returned or displaced")
    WORK = "work", _("Work experience")
    NEEDS = "needs", _("What is asked for")
    REASON = "reason", _("Reason of the referral")


NAMING = [SharedField.NAME, SharedField.DOCUMENT]  # what says who she is


class IncomingState(TextChoices):
    """What became of somebody whom another institution sent (5.3)."""

    RECEIVED = "received", _("To be contacted")
    CONTACTED = "contacted", _("Contacted")
    UNREACHABLE = "unreachable", _("Could not be found")
    REGISTERED = "registered", _("Registered")
    NOT_INTERESTED = "not_interested", _("Not interested")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible, informed")


INCOMING_MOVES = {
    IncomingState.RECEIVED: {IncomingState.CONTACTED, IncomingState.UNREACHABLE},
    IncomingState.CONTACTED: {
        IncomingState.REGISTERED,
        IncomingState.NOT_INTERESTED,
        IncomingState.NOT_ELIGIBLE,
    },
    IncomingState.UNREACHABLE: set(),
    IncomingState.REGISTERED: set(),
    IncomingState.NOT_INTERESTED: set(),
    IncomingState.NOT_ELIGIBLE: set(),
}
OPEN_INCOMING = [IncomingState.RECEIVED, IncomingState.CONTACTED]


class RiskLevel(TextChoices):
    NONE = "none", pgettext_lazy("risk", "None")
    LOW = "low", pgettext_lazy("risk", "Low")
    MEDIUM = "medium", pgettext_lazy("risk", "Medium")
    HIGH = "high", pgettext_lazy("risk", "High")


class FlagSource(TextChoices):
    """From whom it is known that somebody is vulnerable."""

    TOLD = "told", _("The person said so")
    SEEN = "seen", _("Seen by whoever attends to her or him")
    FAMILY = "family", _("The family said so")
    DOCUMENT = "document", _("A document")
    INSTITUTION = "institution", _("Another institution")


class FlagAudience(TextChoices):
    """Who reads that somebody is vulnerable."""

    CASEWORKER = "caseworker", _("Only the caseworker")
    TEAM = "team", _("Whoever attends to her or him")
    COORDINATION = "coordination", _("Also coordination, without details")


class ProtocolState(TextChoices):
    """How closely somebody in danger is looked after (CASE-18)."""

    ACTIVE = "active", pgettext_lazy("protocol", "Active")
    MONITORED = "monitored", _("Monitored")
    OFF = "off", pgettext_lazy("protocol", "Ended")


# A new alarm while it is monitored makes it active again; by hand it goes only forward.
PROTOCOL_MOVES = {
    ProtocolState.ACTIVE: {ProtocolState.MONITORED},
    ProtocolState.MONITORED: {ProtocolState.OFF, ProtocolState.ACTIVE},
    ProtocolState.OFF: set(),
}


class GoalState(TextChoices):
    """Where a goal of a person's plan stands; the four last are ends."""

    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed on")
    IN_PROGRESS = "in_progress", pgettext_lazy("goal", "In progress")
    BLOCKED = "blocked", _("Blocked")
    ACHIEVED = "achieved", _("Achieved")
    PARTLY = "partly", _("Achieved in part")
    NOT_ACHIEVED = "not_achieved", _("Not achieved")
    CANCELLED = "cancelled", pgettext_lazy("goal", "Cancelled")


GOAL_ENDS = [GoalState.ACHIEVED, GoalState.PARTLY, GoalState.NOT_ACHIEVED, GoalState.CANCELLED]
# What the person does not agree to is cancelled, so that it does not hold up the rest.
GOAL_MOVES = {
    GoalState.PROPOSED: {GoalState.AGREED, GoalState.CANCELLED},
    GoalState.AGREED: {GoalState.IN_PROGRESS},
    GoalState.IN_PROGRESS: {GoalState.BLOCKED, *GOAL_ENDS},
    GoalState.BLOCKED: {GoalState.IN_PROGRESS},
    **{each: set() for each in GOAL_ENDS},
}


class TaskState(TextChoices):
    """What became of something that a plan says is to be done."""

    TO_DO = "to_do", pgettext_lazy("plan", "To do")
    DONE = "done", pgettext_lazy("plan", "Done")
    WAIVED = "waived", _("Not needed any more")


class AttentionState(TextChoices):
    """Whether somebody who was awaited received what was offered; only what was given counts."""

    GIVEN = "given", _("Received")
    MISSED = "missed", _("Did not come")
    EXCUSED = "excused", _("Could not come, and said so")


class AttentionMode(TextChoices):
    OFFICE = "office", _("At the office")
    HOME = "home", _("Home visit")
    ELSEWHERE = "elsewhere", _("At another place")
    PHONE = "phone", _("By telephone")
    VIDEO = "video", _("By video call")


# Those that a caseworker records by hand: 1a and 1c are recorded by what they consist of.
RECORDED_BY_HAND = [
    each for each in Service if each not in {Service.EARLY_ATTENTION, Service.ASSESSMENT}
]


class ContactOutcome(TextChoices):
    """What came of an attempt to reach somebody."""

    REACHED = "reached", _("We spoke")
    NO_ANSWER = "no_answer", _("No answer")
    MESSAGE = "message", _("A message was left")
    WRONG_NUMBER = "wrong_number", _("Wrong or dead number")
    NOT_THERE = "not_there", _("Nobody at home")


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


class AttachmentKind(TextChoices):
    """What a paper or photo in somebody's file is of: it says who may open it."""

    IDENTITY = "identity", _("Identity paper")
    PHOTO = "photo", _("Photo of the person")
    CONSENT = "consent", _("Consent on paper")
    RETURN_PROOF = "return_proof", _("Proof of return")
    WORK_PROOF = "work_proof", _("Proof of work")
    STUDY_PROOF = "study_proof", _("Proof of studies or training")
    PLAN = "plan", _("Signed plan")
    MEDICAL = "medical", _("Medical paper")
    LEGAL = "legal", _("Report to the police or court paper")
    OTHER = "other", _("Other paper")


# What is in another paper nobody knows beforehand: it is as well kept as the worst of it.
ATTACHMENT_CLASSES = {
    **dict.fromkeys(AttachmentKind, D2),
    AttachmentKind.WORK_PROOF: D3,
    AttachmentKind.STUDY_PROOF: D3,
    AttachmentKind.MEDICAL: D4,
    AttachmentKind.LEGAL: D4,
    AttachmentKind.OTHER: D4,
}


class AppointmentState(TextChoices):
    """What became of an appointment; the first two are still to come, or to be closed."""

    PLANNED = "planned", pgettext_lazy("appointment", "Planned")
    CONFIRMED = "confirmed", pgettext_lazy("appointment", "Confirmed")
    DONE = "done", pgettext_lazy("appointment", "Took place")
    NO_SHOW = "no_show", _("Did not come")
    EXCUSED = "excused", _("Excused")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")
    MOVED = "moved", pgettext_lazy("appointment", "Moved")


LONGEST_APPOINTMENT = 8 * 60  # minutes
LONGEST_SESSION = 12 * 60  # minutes, of a group
OPEN_APPOINTMENTS = [AppointmentState.PLANNED, AppointmentState.CONFIRMED]
# What can only be said of an appointment once its hour has come.
KEPT_APPOINTMENTS = [AppointmentState.DONE, AppointmentState.NO_SHOW]
_ENDS_OF_APPOINTMENTS = {
    AppointmentState.DONE,
    AppointmentState.NO_SHOW,
    AppointmentState.EXCUSED,
    AppointmentState.CANCELLED,
    AppointmentState.MOVED,
}
APPOINTMENT_MOVES = {
    AppointmentState.PLANNED: {AppointmentState.CONFIRMED, *_ENDS_OF_APPOINTMENTS},
    AppointmentState.CONFIRMED: _ENDS_OF_APPOINTMENTS,
    AppointmentState.DONE: set(),
    AppointmentState.NO_SHOW: {AppointmentState.EXCUSED},  # she said afterwards why
    AppointmentState.EXCUSED: set(),
    AppointmentState.CANCELLED: set(),
    AppointmentState.MOVED: set(),
}


# The services that people receive in groups; psychosocial care has walls of its own (D5).
GROUP_SERVICES = [
    Service.RESKILLING,
    Service.UPSKILLING,
    Service.COACHING,
    Service.SOFT_SKILLS,
    Service.FINANCIAL_EDUCATION,
    Service.INCUBATION,
    Service.ACCELERATION,
    Service.EMPOWERMENT,
    Service.RIGHTS_TRAINING,
]


class EnrolmentState(TextChoices):
    """Where somebody stands in a group (machine 5.5)."""

    INVITED = "invited", _("Invited")
    ENROLLED = "enrolled", pgettext_lazy("enrolment", "Enrolled")
    IN_PROGRESS = "in_progress", _("Taking part")
    COMPLETED = "completed", _("Completed")
    DROPPED = "dropped", _("Left the group")
    FAILED = "failed", _("Not completed")
    NO_SHOW = "no_show", _("Never came")


# Of whom it is asked at each session whether they came.
TAKING_PART = [EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS]
# Who left a group begins again in another one, with an enrolment of its own.
ENROLMENT_MOVES = {
    EnrolmentState.INVITED: {EnrolmentState.ENROLLED, EnrolmentState.DROPPED},
    EnrolmentState.ENROLLED: {
        EnrolmentState.IN_PROGRESS,
        EnrolmentState.DROPPED,
        EnrolmentState.NO_SHOW,
    },
    EnrolmentState.IN_PROGRESS: {
        EnrolmentState.COMPLETED,
        EnrolmentState.DROPPED,
        EnrolmentState.FAILED,
    },
    EnrolmentState.COMPLETED: set(),
    EnrolmentState.DROPPED: set(),
    EnrolmentState.FAILED: set(),
    EnrolmentState.NO_SHOW: set(),
}


class Mark(TextChoices):
    """Whether somebody came to a session."""

    PRESENT = "present", _("Present")
    ABSENT = "absent", _("Absent")
    JUSTIFIED = "justified", _("Justified")


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
