"""Narrowing the lists of everything but people."""

from functools import reduce
from operator import or_

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beneficiaries.choices import (
    GROUP_SERVICES,
    BulkOutcome,
    IncomingState,
    ReferralPriority,
    ReferralState,
    RowOutcome,
    RowUndo,
)
from beneficiaries.filters.people import TOLD, offices_of
from beneficiaries.models import (
    BulkRow,
    Department,
    DirectoryEntry,
    Group,
    ImportRow,
    IncomingReferral,
    LookupValue,
    Opinion,
    Person,
    Referral,
)
from genesis.lib.filters import ListFilter
from genesis.lib.forms import DateInput
from genesis.lib.search import plain


class CodeFilter(ListFilter):
    """By what it says in either language, and whether it is retired."""

    texto = django_filters.CharFilter(method="by_text", label=_("Text or code"))
    estado = django_filters.ChoiceFilter(
        method="by_state",
        choices=[("vigente", _("In use")), ("retirado", _("Retired"))],
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = LookupValue
        fields = []

    def by_text(self, codes, _name, text):
        said = [Q(**{f"{column}__icontains": text}) for column in ("es", "en", "code", "alias")]
        return codes.filter(reduce(or_, said))

    def by_state(self, codes, _name, state):
        return codes.filter(retired=state == "retirado")


class ImportRowFilter(ListFilter):
    """By what came of each row."""

    resultado = django_filters.ChoiceFilter(
        field_name="outcome", choices=RowOutcome, label=_("Outcome"), empty_label=_("All")
    )

    class Meta:
        model = ImportRow
        fields = []


class BulkRowFilter(ListFilter):
    """By what came of each of many."""

    resultado = django_filters.ChoiceFilter(
        field_name="outcome", choices=BulkOutcome, label=_("Outcome"), empty_label=_("All")
    )

    class Meta:
        model = BulkRow
        fields = []


class UndoneRowFilter(ImportRowFilter):
    """Of an import that was undone also by what came of each row then."""

    deshecho = django_filters.ChoiceFilter(
        field_name="undo", choices=RowUndo, label=_("When it was undone"), empty_label=_("All")
    )


class GroupFilter(ListFilter):
    """By service, by who leads it, and whether it still goes on."""

    servicio = django_filters.ChoiceFilter(
        field_name="service",
        choices=[(each.value, each.label) for each in GROUP_SERVICES],
        label=_("Service"),
        empty_label=_("All"),
    )
    grupos = django_filters.ChoiceFilter(
        method="by_leader",
        choices=[("mios", _("Those that I lead"))],
        label=_("Facilitator"),
        empty_label=_("All"),
    )
    estado = django_filters.ChoiceFilter(
        method="by_time",
        choices=[("curso", _("Going on or to come")), ("antes", _("Over"))],
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = Group
        fields = []

    def by_leader(self, groups, _name, _whose):
        return groups.filter(facilitator=self.request.user)

    def by_time(self, groups, _name, when):
        today = timezone.localdate()
        return (
            groups.filter(ends_on__lt=today)
            if when == "antes"
            else groups.filter(ends_on__gte=today)
        )


class ReferralFilter(ListFilter):
    """By person, state and priority, and those whose time has passed."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    estado = django_filters.ChoiceFilter(
        field_name="state", choices=ReferralState, label=_("State"), empty_label=_("All")
    )
    prioridad = django_filters.ChoiceFilter(
        field_name="priority",
        choices=ReferralPriority,
        label=_("Priority"),
        empty_label=_("All"),
    )
    abiertas = django_filters.ChoiceFilter(
        method="by_openness",
        choices=[
            ("si", pgettext_lazy("referrals", "Open")),
            ("sin-respuesta", _("No answer in time")),
        ],
        label=_("Which"),
        empty_label=_("All"),
    )

    class Meta:
        model = Referral
        fields = []

    def by_name(self, referrals, _name, text):
        return referrals.filter(case__person__in=Person.objects.named(text))

    def by_openness(self, referrals, _name, answer):
        return referrals.open() if answer == "si" else referrals.filter(state="no_response")


class OpinionFilter(ListFilter):
    """By office, service and day."""

    oficina = django_filters.ModelChoiceFilter(
        field_name="case__person__office",
        queryset=offices_of,
        label=_("Office"),
        empty_label=_("All"),
    )
    servicio = django_filters.ChoiceFilter(
        field_name="service", choices=TOLD, label=_("Service"), empty_label=_("All")
    )
    desde = django_filters.DateFilter(
        field_name="on", lookup_expr="gte", label=_("From"), widget=DateInput
    )
    hasta = django_filters.DateFilter(
        field_name="on", lookup_expr="lte", label=_("Until"), widget=DateInput
    )

    class Meta:
        model = Opinion
        fields = []


class DirectoryFilter(ListFilter):
    """By name, by what an institution helps with, and by department."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    necesidad = django_filters.ModelChoiceFilter(
        method="by_need",
        queryset=lambda request: LookupValue.objects.of("need"),
        label=_("Helps with"),
        empty_label=_("All"),
    )
    departamento = django_filters.ModelChoiceFilter(
        method="by_department",
        queryset=Department.objects.order_by("code"),
        label=_("Department"),
        empty_label=_("All"),
    )

    class Meta:
        model = DirectoryEntry
        fields = []

    def by_name(self, entries, _name, text):
        for word in plain(text).split():
            entries = entries.filter(organization__search__contains=word)
        return entries

    def by_need(self, entries, _name, need):
        return entries.filter(services__contains=[need.code])

    def by_department(self, entries, _name, department):
        """Those of the department, and those of the whole country."""
        elsewhere = DirectoryEntry.objects.exclude(departments=None).exclude(departments=department)
        return entries.exclude(pk__in=elsewhere.values("pk"))


class IncomingFilter(ListFilter):
    """By state, and those that nobody has answered for."""

    estado = django_filters.ChoiceFilter(
        field_name="state", choices=IncomingState, label=_("State"), empty_label=_("All")
    )
    respuesta = django_filters.ChoiceFilter(
        method="by_answer",
        choices=[("no", _("To be answered")), ("si", _("Answered"))],
        label=_("Answer"),
        empty_label=_("All"),
    )

    class Meta:
        model = IncomingReferral
        fields = []

    def by_answer(self, rows, _name, answer):
        return rows.filter(answered_on__isnull=answer == "no")
