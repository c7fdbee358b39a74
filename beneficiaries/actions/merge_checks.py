"""What has to be done before two files can become one: a list to work through (CASE-1)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Permission
from beneficiaries.choices import DUI_TYPES, INDEX_DAYS_BETWEEN, TransferState
from beneficiaries.models import (
    IdentityDocument,
    IndexAnswers,
    Person,
    SafeHours,
    SafetyProtocol,
    Transfer,
)
from beneficiaries.registry import Blocker


def two_duis(kept: Person, merged: Person) -> list[Blocker]:
    known = IdentityDocument.objects.filter(
        person__in=[kept, merged], doc_type__in=DUI_TYPES, active=True
    ).exclude(number="")
    found = dict(known.values_list("person", "number"))
    if len(set(found.values())) < 2:
        return []
    return [
        Blocker(
            _("The two files have DUIs with different numbers: correct the wrong one first"),
            url=reverse("beneficiaries:person_file", args=[merged.public_id]),
            permission=Permission.PERSON_VIEW,
        )
    ]


def transfers_waiting(kept: Person, merged: Person) -> list[Blocker]:
    waiting = Transfer.objects.filter(person__in=[kept, merged], state=TransferState.ASKED)
    return [
        Blocker(
            _("Another office asks for this file: answer that first"),
            url=reverse("beneficiaries:transfer_answer", args=[each.public_id]),
            permission=Permission.CASE_ASSIGN,
        )
        for each in waiting
    ]


def indices_close_together(kept: Person, merged: Person) -> list[Blocker]:
    """Two reintegration indices within sixty days cannot both be one person's."""
    found = IndexAnswers.objects.in_force().filter(person__in=[kept, merged])
    days = list(found.values_list("person", "on"))
    close = [
        on
        for whose, on in days
        for other, another in days
        if whose < other and abs((on - another).days) < INDEX_DAYS_BETWEEN
    ]
    if not close:
        return []
    return [
        Blocker(
            _(
                "Both files have a reintegration index within sixty days: "
                "void the one that does not count"
            ),
            url=reverse("beneficiaries:index_detail", args=[merged.public_id]),
            permission=Permission.INDEX_VIEW,
        )
    ]


def hours_differ(kept: Person, merged: Person) -> list[Blocker]:
    """Within which hours she may be reached only she can say, where the files do not agree."""
    rows = list(SafeHours.objects.filter(person__in=[kept, merged], active=True))
    hours = [
        {(*each.days, each.starts, each.ends) for each in rows if each.person_id == person.pk}
        for person in (kept, merged)
    ]
    if not all(hours) or hours[0] == hours[1]:
        return []
    return [
        Blocker(
            _("The safe hours of the two files differ: ask which of them hold, and correct them"),
            url=reverse("beneficiaries:person_detail", args=[merged.public_id]),
            permission=Permission.PERSON_VIEW,
        )
    ]


def two_protocols(kept: Person, merged: Person) -> list[Blocker]:
    """Who is looked after in both files goes on in one: clinical supervision says in which."""
    open_ones = SafetyProtocol.objects.open().filter(person__in=[kept, merged])
    if len({each.person_id for each in open_ones}) < 2:
        return []
    return [
        Blocker(
            _("Both files have a safety protocol that goes on: end the one of the file that goes"),
            url=reverse("beneficiaries:protocol_list"),
            permission=Permission.PROTOCOL_MANAGE,
        )
    ]


CHECKS = [two_duis, transfers_waiting, indices_close_together, hours_differ, two_protocols]
