"""Where the accompaniment of a case stands, in the query that reads the case."""

from datetime import timedelta

from django.db.models import Case as Either
from django.db.models import (
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from beneficiaries.choices import GOAL_ENDS, AttentionState, ContactOutcome, GoalState
from beneficiaries.models.attentions import Attention, ContactAttempt
from beneficiaries.models.care import SafetyProtocol, Screening
from beneficiaries.models.cases import Case
from beneficiaries.models.plans import Goal
from beneficiaries.models.reintegration import IndexAnswers


def with_care(cases):
    """Add to each case its plan, its last contact, its next step, and whether it is in danger.

    `last_contact_on` is the day of the opening until somebody was met or reached. The next
    step waits until something was received on its day or later.
    """
    of_case = Q(case=OuterRef("pk"))
    attentions = Attention.objects.standing().filter(of_case).order_by("-on", "-pk")
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
        last_contact_on=last_contact(),
        next_step=Subquery(planned.values("next_step")[:1]),
        next_step_on=Subquery(planned.values("next_step_on")[:1]),
        has_goals=Exists(goals),
        waits_for_agreement=Exists(goals.filter(state=GoalState.PROPOSED)),
        has_open_goals=Exists(goals.exclude(state__in=GOAL_ENDS)),
    )


def last_contact():
    """Of a case, the day on which somebody was last met or reached, or else that of its opening."""
    days = (each.order_by("-on").values("on")[:1] for each in _contacts())
    return Greatest(F("opened_on"), *(Subquery(each) for each in days))


def silent_since(cases, day):
    """Those that nobody has met or reached since before `day`, nor opened (CASE-31)."""
    since = [~Exists(each.filter(on__gt=day)) for each in _contacts()]
    return cases.filter(*since, opened_on__lte=day)


def _contacts():
    """What was received, who was reached, and the interviews: in each somebody saw or heard her."""
    of_case = Q(case=OuterRef("pk"))
    return [
        Attention.objects.standing().filter(of_case, state=AttentionState.GIVEN),
        ContactAttempt.objects.standing().filter(of_case, outcome=ContactOutcome.REACHED),
        Screening.objects.filter(of_case),
        IndexAnswers.objects.in_force().filter(person=OuterRef("person")),
    ]


def late_plans(cases, day):
    """Those opened before `day` for which nobody has proposed a plan."""
    return cases.filter(plan=None, opened_on__lt=day)


def late_reviews(cases, day):
    """Those whose plan was to be looked at again before `day`."""
    reviewed = cases.filter(plan__agreed_by_person_on__isnull=False)
    return reviewed.annotate(due=plan_due(timedelta())).filter(due__lt=day)


def plan_due(within):
    """Of a case, by when its plan is to be proposed, or to be looked at again (CASE-31).

    `within` is how long after the opening. Nothing is due while the person has yet to agree,
    nor once every goal has ended.
    """
    goals = Goal.objects.filter(plan__case=OuterRef("pk"))
    agreed = Coalesce("plan__reviewed_on", "plan__agreed_by_person_on")
    review = ExpressionWrapper(agreed + F("plan__review_every_days"), output_field=DateField())
    first = ExpressionWrapper(F("opened_on") + within.days, output_field=DateField())
    return Either(
        When(plan=None, then=first),
        When(
            Exists(goals.exclude(state__in=GOAL_ENDS))
            & ~Exists(goals.filter(state=GoalState.PROPOSED)),
            plan__agreed_by_person_on__isnull=False,
            then=review,
        ),
        default=None,
        output_field=DateField(),
    )


def with_care_of(case):
    """The same of one case, asked anew."""
    return with_care(Case.objects.filter(pk=case.pk)).get()
