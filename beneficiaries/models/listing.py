"""What is added to a row of the list of people: each a small question by an index of its own.

None of them joins, so that the list is counted and paged as if they were not there.
"""

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.models import Organization
from beneficiaries.choices import ContactChannel
from beneficiaries.models.accompaniment import last_contact, plan_due
from beneficiaries.models.appointments import Appointment
from beneficiaries.models.cases import Assignment, Case
from beneficiaries.models.people import Contact, WorkExperience
from beneficiaries.models.services import ServiceRecord

BY_TELEPHONE = [ContactChannel.CALL, ContactChannel.SMS, ContactChannel.WHATSAPP]


def of_person(rows):
    return rows.filter(person=OuterRef("pk"))


def office_name():
    return Subquery(Organization.objects.filter(pk=OuterRef("office")).values("name")[:1])


def phone_to_use():
    """The telephone, where the person lets it be used; how, her page says (CASE-14)."""
    allowed = of_person(Contact.objects.filter(allowed_channels__overlap=BY_TELEPHONE))
    return Subquery(allowed.values("phone_1")[:1])


def caseworker_name():
    """Who accompanies her today."""
    today = of_person(Assignment.objects.on(timezone.localdate()).caseworkers())
    names = Concat("user__first_name", Value(" "), "user__last_name")
    return Subquery(today.order_by("-valid_from", "-pk").values(_=names)[:1])


def case_state():
    return Subquery(_newest_case().values("state")[:1])


def case_outcome():
    return Subquery(_newest_case().values("outcome")[:1])


def _newest_case():
    return of_person(Case.objects.order_by("-episode"))


def last_contact_on():
    """Of the open case; nothing where none is open."""
    return Subquery(of_person(Case.objects.open()).values(_=last_contact())[:1])


def plan_due_on(within):
    """By when the plan of the open case waits for somebody, if it does."""
    return Subquery(of_person(Case.objects.open()).values(_=plan_due(within))[:1])


def next_appointment_at():
    coming = of_person(Appointment.objects.open().filter(starts_at__gte=timezone.now()))
    return Subquery(coming.order_by("starts_at", "pk").values("starts_at")[:1])


def last_service(*, without):
    """The last that she received, of those about which the list may speak."""
    received = of_person(ServiceRecord.objects.standing()).exclude(service__in=without)
    return Subquery(received.order_by("-on", "-pk").values("service")[:1])


def occupation():
    """As she named it in the job that began last."""
    jobs = of_person(WorkExperience.objects.exclude(position=""))
    newest = jobs.order_by(F("start_date").desc(nulls_last=True), "-pk")
    return Subquery(newest.values("position")[:1])
