"""Narrowing the lists of assessments, centres, evaluators and certificates."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from certification.choices import AssessmentState, CertificateState
from certification.models import Assessment, Centre, Certificate, Evaluator, Standard
from genesis.lib.filters import ListFilter
from genesis.lib.search import plain


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


def _standard(field):
    """By a standard in which there is an accreditation, whatever its state."""
    return django_filters.ModelChoiceFilter(
        field_name=field,
        queryset=Standard.objects.order_by("code"),
        label=_("Standard"),
        empty_label=_("All"),
        distinct=True,
    )


class CentreFilter(ListFilter):
    """By the standard of its accreditations."""

    estandar = _standard("accreditations__standard")

    class Meta:
        model = Centre
        fields = []


class EvaluatorFilter(ListFilter):
    """By name, and by the standard of the accreditations."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    estandar = _standard("accreditations__standard")

    class Meta:
        model = Evaluator
        fields = []

    def by_name(self, evaluators, _name, text):
        words = plain(text).split()
        return evaluators.filter(*[Q(user__search__contains=word) for word in words])


class CertificateFilter(ListFilter):
    """By the holder's name, the folio, the standard and the state."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    folio = django_filters.CharFilter(method="by_folio", label=_("Folio"))
    estandar = django_filters.ModelChoiceFilter(
        field_name="standard",
        queryset=Standard.objects.order_by("code"),
        label=_("Standard"),
        empty_label=_("All"),
    )
    estado = django_filters.ChoiceFilter(
        field_name="state", choices=CertificateState, label=_("State"), empty_label=_("All")
    )

    class Meta:
        model = Certificate
        fields = []

    def by_name(self, certificates, _name, text):
        return certificates.filter(assessment__person__in=Person.objects.named(text))

    def by_folio(self, certificates, _name, text):
        return certificates.filter(folio=text.strip().upper())
