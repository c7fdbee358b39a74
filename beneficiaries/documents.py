"""Sheets of paper: the plan of a case to sign (F5), and the answers to requests about data."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from beneficiaries.choices import GoalState
from beneficiaries.models import Goal, Person, Plan, RightsRequest
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


def rights_letter_pdf(request: RightsRequest) -> bytes:
    """The answer to a request about somebody's data as a letter, in Spanish whoever asks."""
    with translation.override("es"):
        return write_pdf(render_to_string("print/rights_letter.html", {"request": request}))


def copy_pdf(person: Person, tables: Sequence[dict[str, Any]]) -> bytes:
    """What is kept of somebody, to be read by herself, in Spanish whoever asks."""
    with translation.override("es"):
        context = {"person": person, "tables": [each for each in tables if each["rows"]]}
        return write_pdf(render_to_string("print/rights_copy.html", context))
