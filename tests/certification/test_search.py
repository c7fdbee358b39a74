"""The search finds what certification knows, each for whoever may see it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ReadLog
from accounts.roles import Role
from genesis.lib.codes import show_short_code
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    CentreFactory,
    CertificateFactory,
    EvaluatorFactory,
    StandardVersionFactory,
)

pytestmark = pytest.mark.django_db


def titles(user, text):
    client = Client()
    client.force_login(user)
    found = client.get(reverse("search"), {"q": text}).context["found"]
    return [str(line.title) for each in found for line in each.lines]


def test_an_assessment_is_found_by_its_reference_by_who_has_to_do_with_it():
    assessment = AssessmentFactory(planned=True)
    year, number = assessment.reference.split("-")[1:]
    asked = [assessment.reference, f"pc{year}-{int(number)}", f"PC {year} {number}"]

    for text in asked:
        assert titles(assessment.evaluator, text) == [assessment.reference], text
    assert ReadLog.objects.last().persons == [assessment.person_id]
    for stranger in (UserFactory(evaluator=True), UserFactory(role=Role.DONOR_VIEWER)):
        assert titles(stranger, assessment.reference) == []
    assert ReadLog.objects.last().persons == []


def test_a_certificate_is_found_by_its_folio_and_by_its_code():
    certificate = CertificateFactory()
    keeper = UserFactory(officer=True)

    for text in (
        certificate.folio,
        certificate.folio.lower(),
        show_short_code(certificate.code),
        certificate.code.lower(),
    ):
        assert titles(keeper, text) == [certificate.folio], text
    assert titles(UserFactory(caseworker=True), certificate.folio) == []


def test_standards_centres_and_evaluators_are_found_by_code_and_by_words():
    version = StandardVersionFactory(title="Instalación de cerámica")
    centre = CentreFactory(code="CE-SS-77", organization__name="Taller Ñandú")
    evaluator = EvaluatorFactory(user__first_name="Óscar", user__last_name="Núñez")
    user = UserFactory(programme_coordinator=True)

    assert titles(user, version.standard.code) == [str(version)]
    assert titles(user, "ceramica") == [str(version)]
    assert titles(user, "ce-ss-77") == [str(centre)]
    assert titles(user, "taller nandu") == [str(centre)]
    assert titles(user, "nunez oscar") == [str(evaluator.user)]


def test_who_manages_a_centre_finds_no_other():
    own, other = CentreFactory(), CentreFactory()
    manager = UserFactory(centre_manager=True, at=own.organization)

    assert titles(manager, own.code) == [str(own)]
    assert titles(manager, other.code) == []


@pytest.mark.parametrize(
    "text", ["PC-9999-999999", "PC-٢٠٢٦-٠٠٠٠١", "GS-2026-", "%", "'--", "\x00PC-2026-1", "0" * 10]
)
def test_whatever_is_typed_is_answered(text):
    AssessmentFactory()

    assert titles(UserFactory(officer=True), text) == []
