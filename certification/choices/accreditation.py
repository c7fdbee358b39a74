"""Where the accreditation of centres and evaluators stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class InterestKind(TextChoices):
    """What somebody who evaluates is to a person, or to an organization (CERT-3)."""

    TRAINER = "trainer", _("Trains or trained her or him")
    RELATIVE = "relative", _("A relative")
    EMPLOYER = "employer", _("Employs, or is employed")
    PARTNER = "partner", _("A partner in a business")
    OTHER = "other", _("Another reason")


# Which of them somebody can be to an organization: nobody is assessed whom it trained.
OF_ORGANIZATIONS = [InterestKind.EMPLOYER.value, InterestKind.PARTNER.value]
CONFLICT_MONTHS = 24  # for how long whoever trained somebody does not assess her (CERT-3)
