"""«Hoy» tells before its last day what an accreditation rests upon, and what is to be looked at."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from certification.choices import Condition
from certification.contributions import expiring
from certification.models import CentreEquipment, Equipment, Evaluator, SigningKey
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AccreditationFactory,
    CertificateFactory,
    EvaluatorAccreditationFactory,
    StandardVersionFactory,
)

pytestmark = pytest.mark.django_db
RESTS = "Certificados de personas evaluadoras y calibraciones que vencen"


def lines_of(user, title):
    found = {str(each.title): each for each in expiring.blocks(User.objects.get(pk=user.pk))}
    return found[title].lines if title in found else []


@pytest.mark.rule("CERT-4")
def test_the_certificates_of_an_evaluator_are_told_90_and_30_days_before():
    today = timezone.localdate()
    own = CertificateFactory(valid_until=today + timedelta(days=29))
    made = EvaluatorAccreditationFactory(
        standard=own.standard,
        own_certificate=own,
        panel_seat=None,
        external_evidence="",
        sponsor="",
    )
    evaluator, by = made.evaluator, UserFactory(programme_coordinator=True)
    other = EvaluatorAccreditationFactory().evaluator
    told = {}
    for days in (91, 90, 30, -1, -91):
        last = today + timedelta(days=days)
        Evaluator.objects.filter(pk=evaluator.pk).update(
            certificate_issued_on=last - timedelta(days=400), certificate_expires_on=last
        )
        lines = [each for each in lines_of(by, RESTS) if "formación" in each.detail]
        told[days] = [(each.tone, str(each.state)) for each in lines]

    assert told == {
        91: [],
        90: [("alerta", "Vence pronto")],
        30: [("mal", "Vence pronto")],
        -1: [("mal", "Vencida")],
        -91: [],
    }
    [line] = [each for each in lines_of(by, RESTS) if "propio" in each.detail]
    assert (line.url, line.tone) == (evaluator.get_absolute_url(), "mal")
    assert other.get_absolute_url() not in {each.url for each in lines_of(by, RESTS)}
    assert lines_of(UserFactory(verifier=True), RESTS) == []


@pytest.mark.rule("CERT-16")
def test_a_calibration_is_told_to_who_accredits_and_who_manages_the_centre():
    today, version = timezone.localdate(), StandardVersionFactory(draft=True)
    need = Equipment.objects.create(standard_version=version, name="Nivel láser", quantity=1)
    held = AccreditationFactory(accredited=True, standard=version.standard)
    there = CentreEquipment.objects.create(
        centre=held.centre,
        requirement=need,
        quantity=2,
        condition=Condition.GOOD,
        calibration_due=today + timedelta(days=45),
    )
    manager = UserFactory(centre_manager=True, at=held.centre.organization)

    for user in (manager, UserFactory(programme_coordinator=True)):
        [line] = lines_of(user, RESTS)
        assert (line.tone, line.url) == ("alerta", held.centre.get_absolute_url())
        assert "Nivel láser" in line.title
    assert lines_of(UserFactory(centre_manager=True), RESTS) == []
    CentreEquipment.objects.filter(pk=there.pk).update(condition=Condition.BROKEN)
    assert lines_of(manager, RESTS) == []


def test_a_key_older_than_a_year_is_told_to_who_keeps_the_installation_going():
    key = SigningKey.objects.create(public="z6MkUno")
    admin, told = UserFactory(administrator=True), {}

    for days in (364, 366):
        SigningKey.objects.filter(pk=key.pk).update(
            active_from=timezone.now() - timedelta(days=days)
        )
        told[days] = [each.tone for each in lines_of(admin, "Clave de firma")]

    assert told == {364: [], 366: ["alerta"]}
    assert lines_of(UserFactory(officer=True), "Clave de firma") == []
