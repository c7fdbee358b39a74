"""Code lists are edited on pages; a code is retired and never deleted."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import Activity
from beneficiaries.actions import code_lists as actions
from beneficiaries.actions.reference import load_reference
from beneficiaries.forms.journeys import TripForm
from beneficiaries.models import LookupValue
from genesis.lib.states import StaleRecord
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import LookupFactory, TripFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def code():
    LookupFactory(list="need", code="other", es="Otra", en="Other", position=9)
    return LookupFactory(list="need", code="food", es="Comida", en="Food", position=1)


def page(name, *args):
    return reverse(f"programme:{name}", args=args)


def answers(**changes):
    return {
        "code": "water",
        "es": "Agua potable",
        "en": "Drinking water",
        "position": "3",
        "alias": "",
    } | changes


def test_the_list_of_lists_names_each_in_the_language_of_the_page(client, admin, code):
    assert "Necesidad identificada" in client.get(page("code_list_list")).content.decode()
    with translation.override("en"):
        assert actions.title_of("need") == "Need"
        assert actions.title_of("countries") == "Countries"


def test_a_code_is_added_in_both_languages_once(client, admin, code):
    sent = answers(key=str(uuid4()))

    client.post(page("code_create", "need"), sent)
    client.post(page("code_create", "need"), sent)

    added = LookupValue.objects.get(list="need", code="water")
    assert (added.es, added.en, added.position) == ("Agua potable", "Drinking water", 3)
    assert "Agua potable" in client.get(added.list_address()).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "food"}, "code"),
        ({"code": "agua pura"}, "code"),
        ({"es": ""}, "es"),
        ({"en": " "}, "en"),
        ({"position": "-1"}, "position"),
        ({"position": "99999"}, "position"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(client, admin, code, wrong, field):
    response = client.post(page("code_create", "need"), answers(key=str(uuid4())) | wrong)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert LookupValue.objects.filter(list="need").count() == 2


def test_a_list_that_is_not_there_is_not_made(client, admin, code):
    assert client.get(page("code_create", "needs")).status_code == 404
    with pytest.raises(actions.NoSuchList):
        actions.add_code(
            "needs", key=uuid4(), code="x", es="x", en="x", position=1, alias="", by=admin
        )


@pytest.mark.rule("SEC-15")
def test_texts_are_corrected_and_a_stale_page_changes_nothing(client, admin, code):
    sent = answers(es="Alimentos", version=code.version)

    assert client.post(page("code_change", code.public_id), sent).status_code == 302
    assert client.post(page("code_change", code.public_id), sent).status_code == 409

    code.refresh_from_db()
    assert (code.es, code.code) == ("Alimentos", "food")


def test_a_retired_code_is_offered_no_more_and_comes_back(client, admin, code):
    address = page("code_set_retired", code.public_id)

    client.post(address, {"version": code.version})
    assert code not in LookupValue.objects.of("need")
    assert "Comida" in client.get(code.list_address(), {"estado": "retirado"}).content.decode()

    client.post(address, {"version": code.version + 1})
    assert code in LookupValue.objects.of("need")
    verbs = set(Activity.objects.filter(actor=admin).values_list("verb", flat=True))
    assert verbs == {"code.retired", "code.taken_back"}


def test_the_last_code_of_a_list_stays(admin, code):
    actions.retire_code(code, version=1, by=admin)

    with pytest.raises(ValidationError, match="último"):
        actions.retire_code(LookupValue.objects.get(list="need", code="other"), version=1, by=admin)


def test_a_stale_retirement_changes_nothing(admin, code):
    with pytest.raises(StaleRecord):
        actions.retire_code(code, version=5, by=admin)


def test_an_old_record_keeps_its_retired_code_readable_and_can_be_corrected(admin):
    port = LookupFactory(list="return_port", code="land_gami", es="Terrestre")
    LookupFactory(list="return_port", code="aies_federal", es="Aeropuerto")
    trip = TripFactory(return_port=port)
    actions.retire_code(port, version=1, by=admin)

    offered_then = TripForm(instance=trip, person=trip.person)["return_port"].as_widget()
    offered_now = TripForm(person=trip.person)["return_port"].as_widget()

    assert ("Terrestre" in offered_then, "Aeropuerto" in offered_then) == (True, True)
    assert ("Terrestre" in offered_now, "Aeropuerto" in offered_now) == (False, True)
    trip.refresh_from_db()
    assert str(trip.return_port) == "Terrestre"


@pytest.mark.parametrize("used", [True, False])
def test_the_database_deletes_no_code(used):
    kind = LookupFactory(list="return_type", code="deported")
    if used:
        TripFactory(return_port=kind)

    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        LookupValue.objects.filter(pk=kind.pk)._raw_delete("default")


@pytest.mark.parametrize("column", ["list", "code"])
def test_the_database_lets_a_code_be_no_other(column):
    kind = LookupFactory(list="return_type", code="deported")

    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        LookupValue.objects.filter(pk=kind.pk).update(**{column: "other"})


def test_loading_the_reference_data_again_leaves_what_was_edited(admin):
    load_reference()
    food = LookupValue.objects.get(list="need", code="food")
    actions.change_code(food, version=1, es="Víveres", en="Food", position=1, alias="", by=admin)

    load_reference()

    food.refresh_from_db()
    assert food.es == "Víveres"


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_few_queries(client, admin, django_assert_num_queries, rows):
    for number in range(rows):
        LookupFactory(list="need", code=f"n{number}", es="x", en="x")

    with django_assert_num_queries(4):
        client.get(page("code_list_list"))
    with django_assert_num_queries(6):
        client.get(page("code_list_detail", "need"))
