"""The plan of a case as a sheet of paper: large letters, few words, and lines to sign (F5)."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from beneficiaries.choices import GoalState
from beneficiaries.models import Goal, Person, Plan
from genesis.lib.pdf import write_pdf


def plan_pdf(plan: Plan, goals: Sequence[Goal], person: Person, caseworker: User | None) -> bytes:
    """Print a plan with its goals."""
    return write_pdf(plan_html(plan, goals, person, caseworker))


def plan_html(plan: Plan, goals: Sequence[Goal], person: Person, caseworker: User | None) -> str:
    """The sheet, in Spanish whoever asks; without the goals that were given up."""
    standing = [each for each in goals if each.state != GoalState.CANCELLED]
    context = {"plan": plan, "goals": standing, "person": person, "caseworker": caseworker}
    with translation.override("es"):
        return render_to_string("print/plan.html", context)
