"""What all actions of certification raise when something that they ask for is lacking."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.roles import Role


class NotPossible(Exception):
    """Something is lacking; the message says what, to whoever pressed the button."""

    sentence: Any = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _(self.sentence))


class NotYours(NotPossible):
    """It is for somebody else to do: three different people act (CERT-5)."""

    def __init__(self, whose: User | None) -> None:
        super().__init__(_("Only %(person)s can do this.") % {"person": whose})


class OwnSuspension(NotPossible):
    """What somebody suspended, another person lets hold again (SEC-13)."""

    sentence = gettext_noop("You suspended it: somebody else lifts the suspension.")


class SamePerson(NotPossible):
    """Whoever has one part in an assessment takes no other (CERT-5)."""

    def __init__(self, user: User) -> None:
        super().__init__(
            _("%(person)s already has another part in this assessment.") % {"person": user}
        )


class NotInThatRole(NotPossible):
    """Somebody does not hold the role that their part needs, on the day it is needed."""

    def __init__(self, user: User, role: Role, on: date) -> None:
        super().__init__(
            _("%(person)s does not hold the role “%(role)s” on %(day)s.")
            % {"person": user, "role": role.label, "day": date_format(on, "DATE_FORMAT")}
        )


class OutOfStep(NotPossible):
    """Two steps lead to one state: each is made from a state of its own."""

    sentence = gettext_noop("This step does not follow from where the assessment stands.")


class SignatureMissing(NotPossible):
    """Nothing is acknowledged without a name."""

    sentence = gettext_noop("Write the name of the person who acknowledges it.")


class ReasonMissing(NotPossible):
    """What is sent back, stopped or decided needs a reason."""

    sentence = gettext_noop("Write the reason.")


class DayNotPossible(NotPossible):
    """The day is over, or too far from the plan."""

    sentence = gettext_noop("Choose today or a later day.")


class AssessmentClosed(NotPossible):
    """Answers come in during the session alone (CERT-7)."""

    sentence = gettext_noop("This assessment takes no more answers.")


class AlreadySettled(NotPossible):
    """What coordination looks into is settled once."""

    sentence = gettext_noop("This was settled already.")
