"""What a telephone cannot send, handed in by coordination: the same records, the same receipts."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog
from beneficiaries.choices import ConsentPurpose
from certification.models import Assessment, Evidence, Observation, Receipt
from certification.rules.backups import NotABackup, backup_key, open_backup
from tests.certification.telephone import Telephone, downloaded, told
from tests.certification.visits import coordination_of, signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db
PAGE = "/evaluar/telefonos/respaldo/"


@pytest.fixture
def running():
    assessment = AssessmentFactory(in_assessment=True)
    ConsentFactory(person=assessment.person, purpose=ConsentPurpose.IMAGE)
    return assessment


def hand_in(user, data):
    return signed_in(user).post(PAGE, {"file": SimpleUploadedFile("respaldo.genesis", data)})


def noted(phone, assessment):
    """An answer with its photo, as the outbox has them."""
    data = photo()
    picture = phone.file(assessment, data, item="GO-01")
    answer = phone.note(assessment, item="GO-01", value="si", files=[picture["sha256"]])
    return [(answer, b""), (picture, data)]


@pytest.mark.rule("SEC-16")
def test_coordination_hands_in_what_the_telephone_could_not_send(running):
    phone, user = downloaded(running), coordination_of(running)
    records = noted(phone, running)

    pages = [hand_in(user, phone.backup(*records)) for _each in range(2)]

    assert reverse("evaluation:backup_take") == PAGE
    assert [each.status_code for each in pages] == [200, 200]
    numbers = [each.number for each in Receipt.objects.order_by("seq")]
    assert [row["number"] for row in pages[0].context["rows"]] == numbers
    assert pages[0].context["rows"] == pages[1].context["rows"]
    assert Observation.objects.get().by == Evidence.objects.get().by == running.evaluator
    handed_in = Activity.objects.filter(verb="assessment.backup_taken")
    assert list(handed_in.values_list("actor", flat=True)) == [user.pk, user.pk]
    assert ReadLog.objects.filter(actor=user).last().persons == [running.person_id]
    assert told(phone.send(records[0][0])) == [(200, "duplicate")]


def test_what_is_of_another_office_is_refused(running):
    phone = downloaded(running)

    page = hand_in(UserFactory(coordinator=True), phone.backup(*noted(phone, running)))

    assert [str(row["why"]) for row in page.context["rows"]] == [
        "Esto es de una evaluación que no es de su oficina."
    ] * 2
    assert not Receipt.objects.exists()


@pytest.mark.rule("SEC-13")
def test_nobody_hands_in_what_somebody_else_would_have_written(running):
    phone, user = downloaded(running), coordination_of(running)
    thief = Telephone(None)
    thief.id = phone.id

    page = hand_in(user, thief.backup(*noted(thief, running)))

    assert [row["person"] for row in page.context["rows"]] == [None, None]
    assert not Receipt.objects.exists()


def test_a_record_that_came_too_late_is_kept_as_ever(running):
    phone, user = downloaded(running), coordination_of(running)
    backup = phone.backup(*noted(phone, running)[:1])
    Assessment.objects.filter(pk=running.pk).update(
        state="withdrawn", left_at=timezone.now(), left_by=user, leave_reason="work"
    )

    page = hand_in(user, backup)

    assert [row["state"] for row in page.context["rows"]] == [
        "Guardado para que coordinación lo resuelva"
    ]


@pytest.mark.rule("SEC-24")
def test_what_is_no_backup_is_told_at_the_field(running):
    phone, user = downloaded(running), coordination_of(running)
    whole = phone.backup(*noted(phone, running))
    head, _line, rest = whole.partition(b"\n")
    told_head = json.loads(head)
    unknown = Telephone(None).backup(*noted(phone, running))
    record = noted(phone, running)[0][0]
    wrong = [
        *(b"nada", b"[]\nx", b"{}\n", b"\xff\xfe\n", b"[" * 20_000 + b"\n"),
        *(phone.backup((record, b""), size=size) for size in ("x", -1, 1e300, None)),
        phone.backup(*[(record, b"")] * 1001),
        *(whole[:-1], rest, unknown),
        *(
            json.dumps(told_head | change).encode() + b"\n" + rest
            for change in (
                {"format": 2},
                {"iv": "AAAA"},
                {"iv": 3},
                {"key": phone.public_key},
                {"phone": "x"},
                {"phone": 5},
            )
        ),
    ]

    answers = [hand_in(user, each) for each in wrong]

    assert [each.status_code for each in answers] == [422] * len(wrong)
    assert all(each.context["form"].errors["file"] for each in answers)
    assert not Receipt.objects.exists()


def test_one_that_cannot_be_read_holds_up_no_other(running):
    phone, user = downloaded(running), coordination_of(running)
    records = [(phone.note(running, "magia"), b""), *noted(phone, running)]

    page = hand_in(user, phone.backup(*records))

    assert page.status_code == 200
    assert [row["person"] for row in page.context["rows"]] == [None, *[running.person_id] * 2]
    assert page.content.decode().count("No se recibió") == 1


def test_another_installation_cannot_open_it(running):
    phone = downloaded(running)

    with pytest.raises(NotABackup):
        open_backup(phone.backup(*noted(phone, running)), backup_key(b"another"))


def test_an_evaluator_hands_in_nothing(running):
    assert signed_in(running.evaluator).get(PAGE).status_code == 403
    assert signed_in(coordination_of(running)).get(PAGE).status_code == 200
