"""Sheets of paper: the plan of a case to sign (F5), and the answers to requests about data."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

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
        filled = [each | {"rows": map(_in_words, each["rows"])} for each in tables if each["rows"]]
        context = {"person": person, "tables": filled}
        return write_pdf(render_to_string("print/rights_copy.html", context))


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the copy on paper: days and answers as people write them, nothing that is empty."""
    return {name: _word(value) for name, value in row.items() if value not in (None, "", [], {})}


def _word(value: Any) -> Any:
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
        case date():
            return date_format(value, "SHORT_DATE_FORMAT")
        case dict() | list():
            return _("in datos.json")
    return value
