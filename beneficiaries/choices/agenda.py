"""When somebody comes: appointments, groups and who was there."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beneficiaries.choices.services import Service


class AppointmentState(TextChoices):
    """What became of an appointment; the first two are still to come, or to be closed."""

    PLANNED = "planned", pgettext_lazy("appointment", "Planned")
    CONFIRMED = "confirmed", pgettext_lazy("appointment", "Confirmed")
    DONE = "done", pgettext_lazy("appointment", "Took place")
    NO_SHOW = "no_show", _("Did not come")
    EXCUSED = "excused", _("Excused")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")
    MOVED = "moved", pgettext_lazy("appointment", "Moved")


LONGEST_APPOINTMENT = 8 * 60  # minutes


LONGEST_SESSION = 12 * 60  # minutes, of a group


OPEN_APPOINTMENTS = [AppointmentState.PLANNED, AppointmentState.CONFIRMED]


# What can only be said of an appointment once its hour has come.
KEPT_APPOINTMENTS = [AppointmentState.DONE, AppointmentState.NO_SHOW]


_ENDS_OF_APPOINTMENTS = {
    AppointmentState.DONE,
    AppointmentState.NO_SHOW,
    AppointmentState.EXCUSED,
    AppointmentState.CANCELLED,
    AppointmentState.MOVED,
}


APPOINTMENT_MOVES = {
    AppointmentState.PLANNED: {AppointmentState.CONFIRMED, *_ENDS_OF_APPOINTMENTS},
    AppointmentState.CONFIRMED: _ENDS_OF_APPOINTMENTS,
    AppointmentState.DONE: set(),
    AppointmentState.NO_SHOW: {AppointmentState.EXCUSED},  # she said afterwards why
    AppointmentState.EXCUSED: set(),
    AppointmentState.CANCELLED: set(),
    AppointmentState.MOVED: set(),
}


# The services that people receive in groups; psychosocial care has walls of its own (D5).
GROUP_SERVICES = [
    Service.RESKILLING,
    Service.UPSKILLING,
    Service.COACHING,
    Service.SOFT_SKILLS,
    Service.FINANCIAL_EDUCATION,
    Service.INCUBATION,
    Service.ACCELERATION,
    Service.EMPOWERMENT,
    Service.RIGHTS_TRAINING,
]


class EnrolmentState(TextChoices):
    """Where somebody stands in a group (machine 5.5)."""

    INVITED = "invited", _("Invited")
    ENROLLED = "enrolled", pgettext_lazy("enrolment", "Enrolled")
    IN_PROGRESS = "in_progress", _("Taking part")
    COMPLETED = "completed", _("Completed")
    DROPPED = "dropped", _("Left the group")
    FAILED = "failed", _("Not completed")
    NO_SHOW = "no_show", _("Never came")


# Of whom it is asked at each session whether they came.
TAKING_PART = [EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS]


# Who left a group begins again in another one, with an enrolment of its own.
ENROLMENT_MOVES = {
    EnrolmentState.INVITED: {EnrolmentState.ENROLLED, EnrolmentState.DROPPED},
    EnrolmentState.ENROLLED: {
        EnrolmentState.IN_PROGRESS,
        EnrolmentState.DROPPED,
        EnrolmentState.NO_SHOW,
    },
    EnrolmentState.IN_PROGRESS: {
        EnrolmentState.COMPLETED,
        EnrolmentState.DROPPED,
        EnrolmentState.FAILED,
    },
    EnrolmentState.COMPLETED: set(),
    EnrolmentState.DROPPED: set(),
    EnrolmentState.FAILED: set(),
    EnrolmentState.NO_SHOW: set(),
}


class Mark(TextChoices):
    """Whether somebody came to a session."""

    PRESENT = "present", _("Present")
    ABSENT = "absent", _("Absent")
    JUSTIFIED = "justified", _("Justified")
