"""The holder of a certificate learns what became of it, on a way that is safe, and never why."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from beneficiaries.actions.erasing import erase_person
from beneficiaries.actions.messages import cancel_message, tick_message
from beneficiaries.models import Message
from certification.actions import certificate_life as life
from certification.actions import notices
from certification.choices import CertificateEventKind, RevocationReason
from certification.contributions import today
from certification.models import HolderNotice
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory, ContactFactory, MessageTemplateFactory
from tests.factories.certification import CertificateFactory

pytestmark = pytest.mark.django_db

WHY = "Alguien dice que pagó por él"


@pytest.fixture(autouse=True)
def text():
    return MessageTemplateFactory(
        code=notices.TEXT,
        text="Hola, {nombre}. Le avisamos: {actividad}. Le saluda {quien}, de Gene-Sis.",
    )


def holder_of(certificate, **contact):
    person = certificate.assessment.person
    ConsentFactory(person=person, purpose="registration")
    return ContactFactory(person=person, **contact).person


def suspend(certificate):
    certificate.refresh_from_db()
    life.suspend_certificate(
        certificate, version=certificate.version, reason=WHY, by=UserFactory(officer=True)
    )
    return HolderNotice.objects.get(event__certificate=certificate, event__kind="suspended")


def lines_of(user):
    return [line for block in today.notices(User.objects.get(pk=user.pk)) for line in block.lines]


@pytest.mark.rule("CASE-14")
def test_a_text_waits_for_her_that_says_what_and_never_why():
    certificate = CertificateFactory()
    holder_of(certificate, safe_to_identify_project=True)

    notice = suspend(certificate)

    who = certificate.assessment.enrolled_by
    assert notice.message.text.startswith("Hola, ")
    assert "por ahora su certificado no tiene validez" in notice.message.text
    assert who.first_name in notice.message.text  # whom she knows, and not who suspended it
    assert WHY not in notice.message.text
    assert (notice.waits, lines_of(who)) == (False, [])
    tick_message(notice.message, version=1, by=who)
    assert "Se escribió" in HolderNotice.objects.get().in_words()


@pytest.mark.rule("CASE-14")
def test_where_the_programme_may_not_be_named_the_text_says_nothing_of_it():
    certificate = CertificateFactory()
    holder_of(certificate, safe_to_identify_project=False)

    message = suspend(certificate).message

    assert message.neutral
    assert "certificado" not in message.text
    assert "Gene-Sis" not in message.text


def test_each_thing_that_becomes_of_it_is_told_and_a_proposal_is_not():
    certificate = CertificateFactory()
    holder_of(certificate, safe_to_identify_project=True)
    suspend(certificate)
    officers = [UserFactory(officer=True) for _each in range(2)]
    certificate.refresh_from_db()
    office = certificate.assessment.person.office
    coordinator = UserFactory(coordinator=True, at=office)
    life.lift_suspension(certificate, version=certificate.version, reason="No.", by=coordinator)
    proposal = life.propose_revocation(
        certificate, key=uuid4(), reason=RevocationReason.FRAUD, note=WHY, by=officers[0]
    )
    life.approve_revocation(proposal, version=1, answer="", by=officers[1])

    kinds = HolderNotice.objects.order_by("pk").values_list("event__kind", flat=True)

    assert list(kinds) == ["suspended", "lifted", "revoked"]
    texts = "".join(Message.objects.values_list("text", flat=True))
    assert "vale de nuevo" in texts
    assert "ya no tiene validez" in texts
    assert WHY not in texts
    assert set(notices.WORDS) == {
        CertificateEventKind.SUSPENDED,
        CertificateEventKind.LIFTED,
        CertificateEventKind.REVOKED,
        CertificateEventKind.REPLACED,
    }


@pytest.mark.parametrize(
    "way", ["nothing allowed", "no contact", "no text", "restricted", "no consent"]
)
def test_without_a_safe_way_it_waits_for_whoever_accompanies_her(client, text, way):
    certificate = CertificateFactory()
    person = certificate.assessment.person
    match way:
        case "nothing allowed":
            holder_of(certificate, allowed_channels=["home_visit"])
        case "no text":
            holder_of(certificate)
            text.active = False
            text.save()
        case "no consent":
            ContactFactory(person=person)
        case "restricted":
            holder_of(certificate)
            type(person).objects.filter(pk=person.pk).update(restricted_at=timezone.now())

    notice = suspend(certificate)

    assert notice.message is None
    [line] = lines_of(certificate.assessment.enrolled_by)
    assert line.url == notice.get_absolute_url()
    assert WHY not in str(line)
    assert lines_of(UserFactory(caseworker=True)) == []


def test_she_is_told_in_person_and_it_is_written_down(client):
    certificate = CertificateFactory()
    notice, who = suspend(certificate), certificate.assessment.enrolled_by
    client.force_login(who)
    page = reverse("certification:notice_record", args=[notice.public_id])
    day = timezone.localdate().isoformat()

    assert page in client.get(certificate.get_absolute_url()).content.decode()
    assert page in client.get("/?parte=equipo").content.decode()
    empty = client.post(page, {"told_on": day, "told_how": " ", "version": 1})
    assert list(empty.context["form"].errors) == ["told_how"]
    told = {"told_on": day, "told_how": "En la oficina", "version": 1}
    assert client.post(page, told).status_code == 302

    notice.refresh_from_db()
    assert (notice.told_how, notice.told_by) == ("En la oficina", who)
    assert lines_of(who) == []
    assert "En la oficina" in client.get(certificate.get_absolute_url()).content.decode()
    assert client.post(page, told | {"version": 2}).status_code == 422  # told already


def test_a_text_that_was_put_aside_leaves_it_to_do_and_telling_puts_one_aside():
    certificate = CertificateFactory()
    holder_of(certificate)
    who = certificate.assessment.enrolled_by
    notice = suspend(certificate)
    safe = {"told_how": "En persona", "version": 1, "by": who}
    with pytest.raises(ValidationError):
        notices.record_told(notice, told_on=timezone.localdate() + timedelta(days=1), **safe)

    cancel_message(notice.message, version=1, by=who)
    assert len(lines_of(who)) == 1

    other = CertificateFactory()
    holder_of(other)
    notice = suspend(other)
    notices.record_told(notice, told_on=timezone.localdate(), **safe)
    assert Message.objects.get(pk=notice.message_id).state == "cancelled"


def test_who_neither_accompanies_nor_coordinates_writes_nothing_down(client):
    notice = suspend(CertificateFactory())
    client.force_login(UserFactory(officer=True))

    assert client.get(notice.get_absolute_url()).status_code == 403


@pytest.mark.rule("CASE-38")
def test_it_goes_with_her_identity():
    certificate = CertificateFactory()
    holder_of(certificate)
    suspend(certificate)

    erase_person(certificate.assessment.person, "identity")

    assert not HolderNotice.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.rule("CASE-14")
def test_without_a_caseworker_no_text_is_made_that_nobody_would_send():
    certificate = CertificateFactory()
    person = holder_of(certificate, safe_to_identify_project=True)
    person.assignments.all().delete()

    notice = suspend(certificate)

    assert notice.message is None
    coordinator = UserFactory(coordinator=True, at=person.office)
    assert [line.url for line in lines_of(coordinator)] == [notice.get_absolute_url()]


def test_a_text_that_nobody_is_left_to_send_comes_to_coordination():
    certificate = CertificateFactory()
    person = holder_of(certificate, safe_to_identify_project=True)
    notice = suspend(certificate)
    coordinator = UserFactory(coordinator=True, at=person.office)
    assert lines_of(coordinator) == []

    person.assignments.all().delete()

    assert [line.url for line in lines_of(coordinator)] == [notice.get_absolute_url()]


@pytest.mark.rule("CASE-14")
def test_a_neutral_text_asks_her_to_call_and_somebody_tells_her_then():
    certificate = CertificateFactory()
    holder_of(certificate, safe_to_identify_project=False)
    notice, who = suspend(certificate), certificate.assessment.enrolled_by

    tick_message(notice.message, version=1, by=who)

    assert [line.url for line in lines_of(who)] == [notice.get_absolute_url()]
    told = {"told_on": timezone.localdate(), "told_how": "Llamó", "version": 1, "by": who}
    assert notices.record_told(notice, **told).told_by == who


def test_a_text_that_is_true_no_more_is_not_sent_and_not_told(client):
    certificate = CertificateFactory()
    holder_of(certificate, safe_to_identify_project=True)
    earlier, who = suspend(certificate), certificate.assessment.enrolled_by
    certificate.refresh_from_db()
    coordinator = UserFactory(coordinator=True, at=certificate.assessment.person.office)
    life.lift_suspension(certificate, version=certificate.version, reason="No.", by=coordinator)

    assert list(Message.objects.waiting()) == [HolderNotice.objects.last().message]
    assert Message.objects.get(pk=earlier.message_id).state == "cancelled"
    assert lines_of(who) == []
    client.force_login(who)
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert "Se le informa de lo que vino después." in page
    assert earlier.get_absolute_url() not in page


def test_the_text_is_in_spanish_whoever_acts():
    certificate = CertificateFactory()
    holder_of(certificate, safe_to_identify_project=True)

    with translation.override("en"):
        notice = suspend(certificate)

    assert "por ahora su certificado no tiene validez" in notice.message.text
