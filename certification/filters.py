"""Narrowing the list of assessments."""

import django_filters
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from certification.choices import AssessmentState
from certification.models import Assessment, Standard
from genesis.lib.filters import ListFilter


class AssessmentFilter(ListFilter):
    """By the person's name, standard and state."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    estandar = django_filters.ModelChoiceFilter(
        field_name="standard",
        queryset=Standard.objects.order_by("code"),
        label=_("Standard"),
        empty_label=_("All"),
    )
    estado = django_filters.ChoiceFilter(
        field_name="state", choices=AssessmentState, label=_("State"), empty_label=_("All")
    )

    class Meta:
        model = Assessment
        fields = []

    def by_name(self, assessments, _name, text):
        return assessments.filter(person__in=Person.objects.named(text))
