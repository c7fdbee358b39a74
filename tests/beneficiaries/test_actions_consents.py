"""What people agree to, taking it back, and counting who did not agree."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from PIL import Image

from accounts.models import Activity
from beneficiaries.actions.consents import (
    ConsentMissing,
    count_head,
    current_notice,
    grant_consent,
    has_consent,
    record_consents,
    withdraw_consent,
)
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Attachment, Consent, HeadCount, Person
from genesis.lib.states import OtherContent, StaleRecord
from tests.factories import papers
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    ConsentFactory,
    DistrictFactory,
    NoticeFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    NoticeFactory()
    return PersonFactory()


def grant(person, **changes):
    answers = {"key": uuid4(), "purpose": "image", "channel": "paper_signed", "witness": ""}
    return grant_consent(person, **answers | {"by": UserFactory()} | changes)


def test_the_notice_is_the_newest_that_is_in_force():
    for number, day in ((1, date(2018, 1, 1)), (2, date(2024, 1, 1)), (3, date(2999, 1, 1))):
        NoticeFactory(number=number, valid_from=day)

    assert current_notice().number == 2


@pytest.mark.rule("CASE-3")
def test_consents_need_the_registration_among_them(person):
    with pytest.raises(ConsentMissing, match="no se guarda nada"):
        record_consents(person, granted=["image"], channel="paper_signed", by=None)

    assert not Consent.objects.exists()


def test_each_purpose_is_an_answer_of_its_own(person):
    NoticeFactory(number=2)
    record_consents(
        person,
        granted=["registration"],
        refused=["image", "followup"],
        channel="verbal_recorded",
        recording="Teléfono de la oficina, 20-11.m4a",
        by=UserFactory(),
    )

    kept = set(person.consents.values_list("purpose", "granted", "channel", "notice__number"))
    assert kept == {
        ("registration", True, "verbal_recorded", 2),
        ("image", False, "verbal_recorded", 2),
        ("followup", False, "verbal_recorded", 2),
    }
    assert not has_consent(person, ConsentPurpose.IMAGE)


@pytest.mark.parametrize(
    "consents", [record_consents, grant_consent], ids=lambda each: each.__name__
)
def test_a_thumbprint_needs_a_witness(person, consents):
    answers = {"channel": "thumbprint", "witness": "", "by": UserFactory()}
    answers |= (
        {"granted": ["registration"]}
        if consents is record_consents
        else {"purpose": "image", "key": uuid4()}
    )

    with pytest.raises(ValidationError, match="huella necesita testigo"):
        consents(person, **answers)

    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("digital_signature", "debe dibujarse"),
        ("verbal_recorded", "dónde quedó la grabación"),
        ("thumbprint", "huella necesita testigo"),
    ],
)
def test_an_answer_that_nothing_proves_is_not_kept(person, channel, said):
    with pytest.raises(ValidationError, match=said):
        grant(person, channel=channel)

    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("channel", "constraint"),
    [
        ("verbal_recorded", "consent_by_voice_says_where_it_is_recorded"),
        ("thumbprint", "consent_by_thumbprint_has_a_witness"),
    ],
)
def test_the_database_keeps_no_answer_without_its_proof(person, channel, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ConsentFactory(person=person, channel=channel)


def test_a_signature_on_the_screen_is_kept_with_the_answer(person):
    drawn = papers.upload(papers.written(papers.picture(), "PNG"), "firma.png", "image/png")

    consent = grant(person, channel="digital_signature", signature=drawn)

    kept = consent.attachments.get()
    assert (kept.person, kept.kind, kept.media_type) == (person, "consent", "image/jpeg")
    assert kept.on == timezone.localdate()
    with kept.file.open("rb") as file:
        assert Image.open(file).format == "JPEG"


def test_a_signature_that_cannot_be_kept_leaves_no_answer(person):
    with pytest.raises(ValidationError) as refused:
        grant(person, channel="digital_signature", signature=papers.upload(b"no es una imagen"))

    assert set(refused.value.message_dict) == {"signature"}
    assert not Consent.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.rule("SEC-16")
def test_the_same_form_twice_records_one_consent(person):
    key, by = uuid4(), UserFactory()

    first, again = (grant(person, key=key, by=by) for _ in range(2))

    assert first == again == Consent.objects.get()
    with pytest.raises(OtherContent):
        grant(person, key=key, by=by, purpose="research")


def test_a_purpose_that_is_in_force_is_not_recorded_again(person):
    grant(person)

    with pytest.raises(ValidationError, match="Ya"):
        grant(person)

    assert Consent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_record_the_same_purpose_at_once_record_one():
    NoticeFactory()
    person, users = PersonFactory(), UserFactory.create_batch(4)

    def record(by):
        try:
            return grant(person, by=by)
        except ValidationError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        recorded = list(filter(None, pool.map(record, users)))

    assert recorded == list(Consent.objects.all())
    assert len(recorded) == 1


def test_after_a_refusal_and_a_withdrawal_somebody_may_agree_again(person):
    ConsentFactory(person=person, purpose="image", granted=False)
    withdraw_consent(grant(person), version=1, reason="Cambió de idea.", by=UserFactory())
    assert not has_consent(person, ConsentPurpose.IMAGE)

    grant(person)

    assert has_consent(person, ConsentPurpose.IMAGE)
    assert person.consents.filter(purpose="image").count() == 3


@pytest.mark.rule("SEC-15")
def test_a_consent_is_withdrawn_once(person):
    consent, by = grant(person), UserFactory()
    withdraw_consent(consent, version=1, reason="Cambió de idea.", by=by)

    with pytest.raises(StaleRecord):
        withdraw_consent(consent, version=1, reason="Otra vez.", by=UserFactory())

    consent.refresh_from_db()
    assert (consent.withdrawn_by, consent.withdrawn_reason) == (by, "Cambió de idea.")
    assert consent.granted
    assert Activity.objects.filter(verb="consent.withdrawn").count() == 1


def head(**changes):
    return {
        "key": uuid4(),
        "by": UserFactory(),
        "office": OrganizationFactory(),
        "on": date(2026, 11, 20),
        "sex": "F",
        "age_band": "25-29",
        "district": DistrictFactory(),
    } | changes


@pytest.mark.rule("CASE-3")
def test_who_did_not_agree_is_counted_without_anything_that_names_her():
    answers = head()

    counted = count_head(**answers)

    assert not Person.objects.exists()
    named = {field.name for field in HeadCount._meta.get_fields()}
    assert named == {
        "id",
        "office",
        "on",
        "sex",
        "age_band",
        "district",
        "import_sha256",
        "import_row",
        "recorded_at",
        "recorded_by",
        "voided_at",
    }
    assert (counted.on, counted.sex, counted.age_band) == (date(2026, 11, 20), "F", "25-29")
    assert Activity.objects.get(verb="head.counted").changes == {}


@pytest.mark.rule("SEC-16")
def test_the_same_visit_sent_twice_is_counted_once():
    answers = head()

    first, again = (count_head(**answers) for _ in range(2))

    assert first == again == HeadCount.objects.get()
