"""Reminders of appointments: a message like any other, with the day, the hour and the place."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from beneficiaries.actions.messages import prepare_message
from beneficiaries.models import Appointment, Message, MessageTemplate
from genesis.lib.states import lock

REMINDER = "recordatorio"  # the code of the text, which an installation may reword


class NothingToRemind(ValidationError):
    """Nobody is reminded of what has begun, was cancelled or was moved."""

    def __init__(self) -> None:
        super().__init__(_("This appointment is not to come any more."))


@transaction.atomic
def remind_of(appointment: Appointment, *, key: UUID, channel: str, by: User) -> Message:
    """Prepare a text by a way and for an hour that the person allows (CASE-14).

    Raises NothingToRemind, and NotPossible where nothing may be sent.
    """
    lock(appointment.person)  # before any record of hers, as a merge does
    appointment = lock(appointment)
    if not appointment.is_open or appointment.has_begun:
        raise NothingToRemind
    template = MessageTemplate.objects.filter(code=REMINDER, active=True).first()
    if template is None:
        raise ValidationError(_("There is no text for reminders: ask coordination."))
    begins = timezone.localtime(appointment.starts_at)
    values = {
        "actividad": _("our appointment"),
        "dia": date_format(begins, "DATE_FORMAT"),
        "hora": f"{begins:%H:%M}",
        "lugar": appointment.place,
    }
    return prepare_message(
        appointment.person, key=key, template=template, channel=channel, values=values, by=by
    )
