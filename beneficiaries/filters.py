"""Narrowing the lists of people."""

from functools import reduce
from operator import or_

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from beneficiaries.choices import GROUP_SERVICES, CaseState, Outcome, RowOutcome, Sector, Status
from beneficiaries.models import Case, Department, Group, ImportRow, LookupValue, Person
from genesis.lib.filters import ListFilter

WHOSE = [("mias", _("Mine")), ("sin", _("To be assigned"))]


def colleagues_of(request):
    """The caseworkers of the offices whose people somebody sees."""
    offices = request.user.organizations_where(Permission.PERSON_VIEW)
    caseworkers = User.objects.with_role(Role.CASEWORKER, at_any=offices)
    return caseworkers.order_by("sort_name", "pk")


class PersonFilter(ListFilter):
    """By name, whose they are, state, department, sector, status and eligibility."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    caso = django_filters.ChoiceFilter(
        method="by_caseworker", choices=WHOSE, label=_("Cases"), empty_label=_("All")
    )
    responsable = django_filters.ModelChoiceFilter(
        method="by_colleague",
        queryset=colleagues_of,
        label=_("Caseworker"),
        empty_label=_("All"),
    )
    estado = django_filters.ChoiceFilter(
        method="by_state", choices=CaseState, label=_("Case state"), empty_label=_("All")
    )
    departamento = django_filters.ModelChoiceFilter(
        field_name="district__department",
        queryset=Department.objects.order_by("code"),
        label=_("Department"),
        empty_label=_("All"),
    )
    sector = django_filters.ChoiceFilter(choices=Sector, label=_("Sector"), empty_label=_("All"))
    perfil = django_filters.ChoiceFilter(
        field_name="status", choices=Status, label=_("Profile"), empty_label=_("All")
    )
    elegibilidad = django_filters.ChoiceFilter(
        method="by_outcome", choices=Outcome, label=_("Eligibility"), empty_label=_("All")
    )

    class Meta:
        model = Person
        fields = []
        form = forms.Form

    def by_name(self, people, _name, text):
        return people.named(text)

    def by_caseworker(self, people, _name, whose):
        return (
            people.assigned_to(self.request.user)
            if whose == "mias"
            else people.without_caseworker()
        )

    def by_colleague(self, people, _name, caseworker):
        return people.accompanied_by(caseworker)

    def by_state(self, people, _name, state):
        """By where the newest episode stands: an ended one counts until another opens."""
        cases = Case.objects.filter(state=state).newest()
        return people.filter(pk__in=cases.values("person"))

    def kept_for(self):
        """The caseworkers to choose from are those of the own offices."""
        return f"{self.request.user.pk}"

    def by_outcome(self, people, _name, outcome):
        cases = Case.objects.filter(outcome=outcome, closed_on=None)
        return people.filter(pk__in=cases.values("person"))


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
