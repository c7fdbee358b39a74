"""The services that people receive: recorded by the areas' actions, voided but never deleted."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.actions.history import record_activity
from accounts.models import Organization, User
from beneficiaries.choices import Service
from beneficiaries.models import Person, ServiceRecord


def record_service(
    person: Person,
    service: Service,
    *,
    on: date,
    organization: Organization,
    source: str,
    by: User | None,
) -> ServiceRecord:
    """Keep that a person received a service on a day; call it in a transaction.

    `source` names the record that it comes from, once per service: a second
    call for the same source answers with the first. Department, status and
    sector are kept as they are now.
    """
    person = Person.objects.select_related("district").get(pk=person.pk)
    kept, new = ServiceRecord.objects.get_or_create(
        service=service,
        source=source,
        voided_at=None,
        defaults={
            "person": person,
            "on": on,
            "organization": organization,
            "department_id": person.district.department_id if person.district else None,
            "status": person.status,
            "sector": person.sector,
            "recorded_by": by,
        },
    )
    if new:
        record_activity("service.recorded", kept, by=by, service=service)
    return kept


@transaction.atomic
def void_service(kept: ServiceRecord, *, reason: str, by: User | None) -> None:
    """Say that a service was recorded in error, and why: it counts no more from now on."""
    voided = ServiceRecord.objects.filter(pk=kept.pk, voided_at=None).update(
        voided_at=timezone.now(), voided_by=by, voided_reason=reason
    )
    if voided:
        record_activity("service.voided", kept, by=by)
