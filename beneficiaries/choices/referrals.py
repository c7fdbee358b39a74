"""Whom we send to an institution, and whom an institution sends to us."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
