"""What was agreed with a person, and what was done of it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beneficiaries.choices.services import Service


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
