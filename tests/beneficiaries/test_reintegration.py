"""Asking the reintegration index: what is kept, what is refused, and what its pages show."""

import json
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Activity, ReadLog
from beneficiaries.actions.reintegration import (
    TooSoon,
    current_version,
    load_version,
    questionnaire_of,
    record_index,
    void_index,
)
from beneficiaries.models import IndexAnswers, IndexScore
from genesis.lib.states import OtherContent, StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import ConsentFactory, PersonFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def version(settings):
    path = settings.BASE_DIR / "data/instruments/reintegration_index.json"
    return load_version(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
def office():
    return OrganizationFactory()


@pytest.fixture
def user(client, office):
    user = UserFactory(caseworker=True, at=office)
    client.force_login(user)
    return user


@pytest.fixture
def person(office, user):
    person = PersonFactory(office=office, with_case=True, caseworker=user)
    ConsentFactory(person=person, purpose="sensitive")
    return person


def best(version):
    return {
        item.code: max(
            (each for each in item.options if each.value is not None), key=lambda each: each.value
        ).code
        for item in questionnaire_of(version).items
    }


def ask(person, user, **changes):
    given = {"key": uuid.uuid4(), "on": DAY, "answers": best(current_version()), "by": user}
    return record_index(person, **given | changes)


def test_answers_and_scores_are_kept(person, user, version):
    kept = ask(person, user)

    row = kept.scores.get()
    assert (row.composite, row.economic, row.rescored) == (Decimal(1), Decimal(1), False)
    assert (row.scored_by, kept.asked_in, kept.recorded_by) == (version, version, user)
    assert Activity.objects.get(verb="index.recorded").person_id == person.pk
    assert "answers" not in str(Activity.objects.get(verb="index.recorded").changes)


def test_the_same_form_twice_is_one_index(person, user):
    key = uuid.uuid4()

    first, second = ask(person, user, key=key), ask(person, user, key=key)

    assert first == second
    with pytest.raises(OtherContent):
        ask(person, user, key=key, on=DAY + timedelta(1))


@pytest.mark.rule("CASE-3")
def test_the_index_is_asked_of_who_agreed_to_sensitive_data(client, person, user):
    person.consents.all().delete()

    with pytest.raises(ValidationError, match="Datos sensibles"):
        ask(person, user)

    led = client.get(reverse("beneficiaries:index_create", args=[person.public_id]))
    assert "/sensitive/" in led.url
    assert not IndexAnswers.objects.exists()


@pytest.mark.parametrize("days", [-59, -1, 0, 1, 59])
def test_not_more_than_one_in_sixty_days(person, user, days):
    first = ask(person, user, on=DAY + timedelta(60))

    with pytest.raises(TooSoon):
        ask(person, user, on=first.on + timedelta(days))

    assert IndexAnswers.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexAnswers.objects.create(
            person=person, asked_in=first.asked_in, on=first.on + timedelta(days), answers={}
        )


@pytest.mark.parametrize("days", [-60, 60])
def test_sixty_days_apart_both_count(person, user, days):
    first = ask(person, user, on=DAY + timedelta(60))

    ask(person, user, on=first.on + timedelta(days))

    assert IndexAnswers.objects.in_force().count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"on": date(2026, 3, 1)},  # registered on the second
        {"on": date(2027, 1, 1)},
        {"answers": {"E1": "perhaps"}},
        {"answers": {"X1": "yes"}},
    ],
)
@time_machine.travel("2026-11-22T12:00:00-06:00", tick=False)
def test_what_cannot_be_is_refused(person, user, changes):
    with pytest.raises(ValidationError):
        ask(person, user, **changes)

    assert not IndexAnswers.objects.exists()


def test_a_voided_index_counts_no_more_and_leaves_its_place(person, user):
    wrong = ask(person, user)

    void_index(wrong, version=1, reason="Era de otra persona", by=user)
    ask(person, user)

    assert IndexAnswers.objects.in_force().count() == 1
    with pytest.raises(ValidationError):
        void_index(wrong, version=2, reason="otra vez", by=user)


def test_voiding_needs_the_version_and_a_reason(person, user):
    kept = ask(person, user)

    with pytest.raises(StaleRecord):
        void_index(kept, version=9, reason="x", by=user)
    with pytest.raises(ValidationError):
        void_index(kept, version=1, reason="", by=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexAnswers.objects.update(voided_at="2026-03-11T00:00Z", voided_by=user)


def heavier(version):
    """The same questions, with a weight of their own for the first."""
    content = json.loads(json.dumps(version.content)) | {"number": 2, "weight_source": "official"}
    content["items"][0]["weight"] = 3
    return content


def test_new_weights_score_again_beside_the_old(person, user, version):
    answers = best(version) | {"E1": "very_dissatisfied"}
    kept = ask(person, user, answers=answers)

    newer = load_version(heavier(version))

    old, new = kept.scores.order_by("scored_by__number")
    assert (old.economic, old.rescored) == (Decimal("0.8889"), False)
    assert (new.economic, new.rescored) == (Decimal("0.7273"), True)
    assert current_version() == newer
    assert load_version(heavier(version)) == newer
    assert IndexScore.objects.count() == 2
    with pytest.raises(ValueError, match="other content"):
        load_version(heavier(version) | {"dimensions": ["economic"]})


def test_a_composite_needs_all_three_dimensions(person, user, version):
    kept = ask(person, user)

    with pytest.raises(IntegrityError), transaction.atomic():
        IndexScore.objects.filter(answers=kept).update(social=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexScore.objects.filter(answers=kept).update(social=Decimal("1.5"))


def posted(version, **changes):
    return {"key": str(uuid.uuid4()), "on": "2026-03-10", **best(version), **changes}


def test_questions_are_asked_on_a_page(client, person, version):
    page = reverse("beneficiaries:index_create", args=[person.public_id])
    assert client.get(page).status_code == 200

    response = client.post(page, posted(version, E1=""))

    detail = reverse("beneficiaries:index_detail", args=[person.public_id])
    assert (response.status_code, response["Location"]) == (302, detail)
    assert "E1" not in IndexAnswers.objects.get().answers


@pytest.mark.parametrize(
    "changes", [{"on": ""}, {"on": "2019-01-01"}, {"E1": "mucho"}, {"key": "no"}, {"on": "mañana"}]
)
def test_bad_answers_come_back_with_all_that_was_typed(client, person, version, changes):
    page = reverse("beneficiaries:index_create", args=[person.public_id])

    response = client.post(page, posted(version, **changes))

    assert response.status_code == 422
    assert response.context["form"].data["S1"] == "very_good"
    assert not IndexAnswers.objects.exists()


def test_change_is_told_within_one_version_only(client, person, user, version):
    ask(person, user, answers=best(version) | {"E1": "very_dissatisfied"})
    ask(person, user, on=DAY + timedelta(90))
    page = reverse("beneficiaries:index_detail", args=[person.public_id])

    rows = client.get(page).context["rows"]
    assert next(row["change"] for row in rows) == Decimal("0.1111")

    load_version(heavier(version))
    ask(person, user, on=DAY + timedelta(180))
    assert [row["change"] for row in client.get(page).context["rows"]] == [None] * 4


@pytest.mark.rule("CASE-19")
def test_every_result_says_that_it_is_no_diagnosis(client, person, user):
    ask(person, user)

    page = client.get(reverse("beneficiaries:index_detail", args=[person.public_id]))

    assert "no es un diagnóstico" in page.content.decode()
    assert "no le quita ningún servicio" in page.content.decode()


def test_who_wants_support_is_offered_it(client, person, user, version):
    ask(person, user, answers=best(version) | {"P8": "yes"})

    page = client.get(reverse("beneficiaries:index_detail", args=[person.public_id]))

    assert page.context["wants_care"]


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_queries_for_any_number(
    client, person, user, count, django_assert_num_queries
):
    for number in range(count):
        ask(person, user, on=DAY + timedelta(60 * number))

    with django_assert_num_queries(9):
        client.get(reverse("beneficiaries:index_detail", args=[person.public_id]))

    assert ReadLog.objects.get().persons == [person.pk]


def test_coordination_reads_scores_but_no_answers(client, person, user, office):
    ask(person, user)
    client.force_login(UserFactory(coordinator=True, at=office))

    page = client.get(reverse("beneficiaries:index_detail", args=[person.public_id]))

    assert page.context["latest"].composite == 1
    kept = IndexAnswers.objects.get()
    address = reverse("beneficiaries:index_answers", args=[person.public_id, kept.public_id])
    assert client.get(address).status_code == 403


@pytest.mark.rule("CASE-12")
def test_answers_stand_behind_the_gate(client, person, user):
    kept = ask(person, user)
    address = reverse("beneficiaries:index_answers", args=[person.public_id, kept.public_id])

    asked = client.get(address)
    client.post(asked["Location"], {"key": str(uuid.uuid4()), "reason": "Preparo la visita"})
    shown = client.get(address)

    assert (asked.status_code, shown.status_code) == (302, 200)
    assert len(shown.context["explained"]) == 30
    assert ReadLog.objects.filter(kind="protection").get().persons == [person.pk]


def test_a_colleague_of_the_office_does_not_read_it(client, person, user, office):
    client.force_login(UserFactory(caseworker=True, at=office))

    page = client.get(reverse("beneficiaries:index_detail", args=[person.public_id]))

    assert page.status_code == 403


def test_an_index_is_voided_on_a_page(client, person, user):
    kept = ask(person, user)
    page = reverse("beneficiaries:index_void", args=[person.public_id, kept.public_id])
    assert client.get(page).status_code == 200

    client.post(page, {"version": 1, "reason": "Se equivocó de expediente"})

    assert not IndexAnswers.objects.in_force().exists()
    assert client.get(page).status_code == 404
