"""Who somebody is, and how she is reached."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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


class Status(TextChoices):
    """Who somebody is to the figures: from the profile and the country of return."""

    RETURNED_US = "returned_us", _("Returned from the United States")
    RETURNED_MX = "returned_mx", _("Returned from Mexico")
    RETURNED_ELSEWHERE = "returned_elsewhere", _("Returned from elsewhere")
    IDP = "idp", _("Internally displaced")
    BOTH = "both", _("Returned and displaced")
    FAMILY = "family", _("Family")
    COMMUNITY = "community", _("Host community")


# Of whom others are told least unless they ask for more (CERT-19).
PROTECTED = {Status.IDP, Status.BOTH}


class Likeness(TextChoices):
    """What is known of two records that may be one person (CASE-1)."""

    OPEN = "open", _("To be decided")
    SAME = "same", _("The same person")
    DIFFERENT = "different", _("Different people")
    UNSURE = "unsure", _("Not sure")


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


class RegistrationState(TextChoices):
    DRAFT = "draft", _("To be finished")
    REGISTERED = "registered", _("Registered")
    DISCARDED = "discarded", _("Discarded")


REGISTRATION_MOVES = {
    RegistrationState.DRAFT: {RegistrationState.REGISTERED, RegistrationState.DISCARDED},
    RegistrationState.REGISTERED: set(),
    RegistrationState.DISCARDED: set(),
}


INDEX_DAYS_BETWEEN = 60  # not more than one reintegration index in so many days


class WeightSource(TextChoices):
    """Where the weights of the reintegration index come from."""

    EQUAL = "equal", _("Equal weights")
    OFFICIAL = "official", _("Official weights")
