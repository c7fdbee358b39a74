"""Where the accompaniment of a case stands, in the query that reads the case."""

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from beneficiaries.choices import GOAL_ENDS, AttentionState, ContactOutcome, GoalState
from beneficiaries.models.attentions import Attention, ContactAttempt
from beneficiaries.models.care import SafetyProtocol, Screening
from beneficiaries.models.cases import Case
from beneficiaries.models.plans import Goal


def with_care(cases):
    """Add to each case its plan, its last contact, its next step, and whether it is in danger.

    `last_contact_on` is the day of the opening until somebody was reached. The next
    step waits until something was received on its day or later.
    """
    of_case = Q(case=OuterRef("pk"))
    attentions = Attention.objects.standing().filter(of_case).order_by("-on", "-pk")
    given = attentions.filter(state=AttentionState.GIVEN)
    reached = ContactAttempt.objects.standing().filter(of_case, outcome=ContactOutcome.REACHED)
    later = Attention.objects.standing().filter(
        case=OuterRef("case"), state=AttentionState.GIVEN, on__gte=OuterRef("next_step_on")
    )
    done = later.exclude(pk=OuterRef("pk"))
    planned = attentions.exclude(next_step="").exclude(Exists(done)).order_by("next_step_on", "pk")
    screenings = Screening.objects.filter(of_case).order_by("-on", "-pk")
    goals = Goal.objects.filter(plan__case=OuterRef("pk"))
    protocols = SafetyProtocol.objects.open().filter(person=OuterRef("person"))
    return cases.select_related("plan").annotate(
        screened_on=Subquery(screenings.values("on")[:1]),
        in_protocol=Exists(protocols),
        last_contact_on=Greatest(
            F("opened_on"),
            Subquery(given.values("on")[:1]),
            Subquery(reached.order_by("-on").values("on")[:1]),
        ),
        next_step=Subquery(planned.values("next_step")[:1]),
        next_step_on=Subquery(planned.values("next_step_on")[:1]),
        has_goals=Exists(goals),
        waits_for_agreement=Exists(goals.filter(state=GoalState.PROPOSED)),
        has_open_goals=Exists(goals.exclude(state__in=GOAL_ENDS)),
    )


def with_care_of(case):
    """The same of one case, asked anew."""
    return with_care(Case.objects.filter(pk=case.pk)).get()
