"""Keeping what somebody thinks of what she received; a wrong entry is voided, never gone."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Aggregate, Avg, Count, QuerySet
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.attentions import void_entry
from beneficiaries.actions.care import check_day
from beneficiaries.models import Case, Opinion, ServiceRecord
from beneficiaries.models.voice import ASPECTS
from genesis.lib.states import lock


@transaction.atomic
def record_opinion(case: Case, *, key: UUID, by: User, **answers: Any) -> Opinion:
    """Keep how satisfied somebody is, also after her case has ended.

    Raises OtherContent, and ValidationError at the field that cannot be: about a
    service that she has not received nobody is asked.
    """
    sent = claim(key, by=by, content=[case.pk, answers])
    if sent.result:
        return Opinion.objects.get(pk=sent.result)
    case = lock(case)
    check_day(case, answers["on"])
    if answers["service"] and not _has_received(case, answers["service"], answers["on"]):
        raise ValidationError({"service": _("This service is not on record until that day.")})
    opinion = Opinion(case=case, recorded_by=by, **answers)
    opinion.full_clean()
    opinion.save()
    settle(sent, opinion)
    record_activity("opinion.recorded", opinion, by=by)
    return opinion


def _has_received(case: Case, service: str, until: date) -> bool:
    records = ServiceRecord.objects.standing().filter(person=case.person_id)
    return records.filter(service=service, on__lte=until).exists()


@transaction.atomic
def void_opinion(opinion: Opinion, *, version: int, reason: str, by: User) -> Opinion:
    """Say that an opinion was recorded in error; it counts no more. Raises StaleRecord."""
    opinion = void_entry(opinion, version=version, reason=reason, by=by)
    record_activity("opinion.voided", opinion, by=by)
    return opinion


def averages(opinions: QuerySet[Opinion]) -> Iterator[tuple[str, float | None, int]]:
    """Of each aspect: its name, the mean of the answers (1 to 5), and how many answered."""
    asked: dict[str, Aggregate] = {f"{each}_mean": Avg(each) for each in ASPECTS}
    asked |= {f"{each}_times": Count(each) for each in ASPECTS}
    found = opinions.order_by().aggregate(**asked)
    for each in ASPECTS:
        yield each, found[f"{each}_mean"], found[f"{each}_times"]
