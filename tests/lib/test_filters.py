"""The filters above lists: only what they name, and an unknown answer narrows nothing."""

import django_filters
import pytest
from django.core.cache import caches
from django.http import QueryDict

from beneficiaries.filters.people import PersonFilter
from beneficiaries.models import Person
from genesis.lib.filters import ListFilter
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import PersonFactory

pytestmark = pytest.mark.django_db


class BySector(ListFilter):
    sector = django_filters.ChoiceFilter(
        choices=[("construction", "<b>Obra</b>"), ("other", "Otro")]
    )
    nombre = django_filters.CharFilter(field_name="search", lookup_expr="contains", label="Nombre")

    class Meta:
        model = Person
        fields = []


@pytest.fixture(autouse=True)
def forget():
    """What is kept in memory for a minute is another test's."""
    caches["memory"].clear()


def asked(address, kind=BySector):
    return kind(QueryDict(address), queryset=Person.objects.all())


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("", 2),
        ("sector=construction", 1),
        ("sector=magic", 2),
        ("sector=%00", 2),
        ("nombre=%00", 2),
        ("nombre=zoila", 1),
        ("password=x", 2),
        ("sector__in=other", 2),
        ("office__code=x", 2),
        ("sector=other&sector=construction", 1),
    ],
)
def test_only_what_a_filter_names_narrows(address, count):
    PersonFactory(sector="construction")
    PersonFactory(sector="", given_names="Zoila")

    assert asked(address).qs.count() == count


def test_a_choice_list_says_what_was_chosen_and_escapes_its_words():
    html = str(asked("sector=construction").form["sector"])

    assert '<option value="construction" selected>&lt;b&gt;Obra&lt;/b&gt;</option>' in html
    assert '<option value="other">Otro</option>' in html
    assert html.count(" selected") == 1
    assert 'id="id_sector"' in html


def test_the_chips_name_what_is_in_use_and_lead_to_the_list_without_it():
    chips = asked("sector=other&nombre=ana&despues=x&orden=sort_name").chips()

    assert [each["label"] for each in chips] == ["Sector: Otro", "Nombre: ana"]
    assert chips[0]["url"] == "?nombre=ana&orden=sort_name"
    assert chips[1]["url"] == "?sector=other&orden=sort_name"


def test_without_a_filter_there_is_no_chip():
    assert asked("").chips() == []
    assert asked("orden=sort_name").chips() == []


def test_what_was_typed_is_escaped_in_the_fields():
    html = asked("nombre=%22%3E%3Cscript%3E").fields_html()

    assert "<script>" not in html
    assert "&quot;&gt;&lt;script&gt;" in html


def test_the_fields_of_an_empty_filter_are_written_once_a_minute(django_assert_num_queries):
    class Request:
        user = UserFactory(caseworker=True)

    with django_assert_num_queries(3):  # the roles, the departments, the colleagues
        first = PersonFilter(QueryDict(""), queryset=Person.objects.all(), request=Request())
        html = first.fields_html()
    with django_assert_num_queries(0):
        again = PersonFilter(QueryDict(""), queryset=Person.objects.all(), request=Request())
        assert again.fields_html() == html

    chosen = PersonFilter(QueryDict("perfil=idp"), queryset=Person.objects.all(), request=Request())
    assert 'value="idp" selected' in chosen.fields_html()
    assert 'value="idp" selected' not in again.fields_html()


def test_what_is_no_answer_is_said_and_the_rest_still_narrows_and_shows():
    PersonFactory(sector="construction", given_names="Zoila")
    found = asked("sector=magic&nombre=zoila")

    assert found.qs.count() == 1
    assert [each["label"] for each in found.chips()] == ["Nombre: zoila"]
    assert [each.partition(":")[0] for each in found.problems()] == ["Sector"]
    assert asked("nombre=zoila").problems() == asked("").problems() == []
