"""Narrowing the lists of assessments, centres, evaluators and certificates."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from certification.choices import AssessmentState, CertificateState
from certification.models import Assessment, Centre, Certificate, Evaluator, Standard
from genesis.lib.filters import ListFilter
from genesis.lib.search import plain


def _standard(field, **options):
    """By a standard, in the order of their codes."""
    return django_filters.ModelChoiceFilter(
        field_name=field,
        queryset=Standard.objects.order_by("code"),
        label=_("Standard"),
        empty_label=_("All"),
        **options,
    )


def _state(choices):
    return django_filters.ChoiceFilter(
        field_name="state", choices=choices, label=_("State"), empty_label=_("All")
    )


class AssessmentFilter(ListFilter):
    """By the person's name, standard and state."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    estandar = _standard("standard")
    estado = _state(AssessmentState)

    class Meta:
        model = Assessment
        fields = []

    def by_name(self, assessments, _name, text):
        return assessments.filter(person__in=Person.objects.named(text))


class CentreFilter(ListFilter):
    """By the standard of its accreditations, whatever their state."""

    estandar = _standard("accreditations__standard", distinct=True)

    class Meta:
        model = Centre
        fields = []


class EvaluatorFilter(ListFilter):
    """By name, and by the standard of the accreditations, whatever their state."""

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    estandar = _standard("accreditations__standard", distinct=True)

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
    estandar = _standard("standard")
    estado = _state(CertificateState)

    class Meta:
        model = Certificate
        fields = []

    def by_name(self, certificates, _name, text):
        return certificates.filter(assessment__person__in=Person.objects.named(text))

    def by_folio(self, certificates, _name, text):
        return certificates.filter(folio=text.strip().upper())
