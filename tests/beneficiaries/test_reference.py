"""What an installation starts with: territory, code lists, phases, rules, notice (CASE-5)."""

from datetime import date

import pytest

from accounts.models import Organization
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import (
    Department,
    District,
    LookupValue,
    Municipality,
    Notice,
    Phase,
    RuleSet,
)
from beneficiaries.rules.eligibility import RuleParameters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.mark.rule("CASE-5")
def test_the_territory_is_complete():
    assert Department.objects.count() == 14
    assert District.objects.count() == 262
    assert Municipality.objects.on(date(2024, 4, 30)).count() == 262
    assert Municipality.objects.on(date(2024, 5, 1)).count() == 44


@pytest.mark.rule("CASE-5")
def test_a_district_knows_its_new_and_its_old_municipality():
    soyapango = District.objects.get(code="0617")

    assert (soyapango.name, soyapango.department.name) == ("Soyapango", "San Salvador")
    assert soyapango.municipality.name == "San Salvador Este"
    assert (soyapango.former_municipality.code, soyapango.former_municipality.name) == (
        "0617",
        "Soyapango",
    )


@pytest.mark.rule("CASE-5")
def test_a_department_and_a_municipality_of_one_name_are_two():
    centre = Municipality.objects.get(name="San Salvador Centro")

    assert centre.department.name == "San Salvador"
    assert str(centre) != str(centre.department)


@pytest.mark.rule("CASE-5")
@pytest.mark.parametrize(
    ("name", "departments"),
    [
        ("El Rosario", {"Cuscatlán", "La Paz", "Morazán"}),
        ("San Lorenzo", {"Ahuachapán", "San Vicente"}),
        ("San Fernando", {"Chalatenango", "Morazán"}),
        ("El Carmen", {"Cuscatlán", "La Unión"}),
        ("San Isidro", {"Cabañas", "Morazán"}),
    ],
)
def test_names_alone_are_ambiguous(name, departments):
    found = District.objects.filter(name=name).values_list("department__name", flat=True)

    assert set(found) == departments
    assert len(found) == len(departments)


@pytest.mark.rule("CASE-5")
def test_every_district_lies_in_the_department_of_its_municipalities():
    for each in District.objects.select_related("municipality", "former_municipality"):
        assert each.department_id == each.municipality.department_id
        assert each.department_id == each.former_municipality.department_id
        assert each.code == each.former_municipality.code


def test_the_phases_follow_each_other_without_a_gap():
    phases = list(Phase.objects.order_by("starts_on").values_list("starts_on", "ends_on"))

    assert phases == [
        (date(2018, 1, 1), date(2020, 12, 31)),
        (date(2021, 1, 1), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2028, 12, 31)),
    ]


def test_the_rule_set_of_today_is_that_of_the_phase_before():
    before, now = (Phase.objects.on(day).get() for day in (date(2024, 1, 1), date(2026, 1, 1)))

    assert before.rule_set == now.rule_set
    assert RuleParameters.from_dict(now.rule_set.parameters) == RuleParameters(
        min_age=18,
        max_age=50,
        min_months=24,
        countries=frozenset({"US", "MX"}),
        sectors=frozenset({"construction", "tourism"}),
    )


def test_every_code_has_both_languages():
    assert not LookupValue.objects.filter(es="").exists()
    assert not LookupValue.objects.filter(en="").exists()
    assert LookupValue.objects.get(list="countries", code="US").es == "Estados Unidos"


def test_there_is_a_head_office_and_a_notice():
    assert Organization.objects.get(code="central").kinds == ["office"]
    assert Notice.objects.get().valid_from == date(2018, 1, 1)


def rows():
    models = (Department, Municipality, District, LookupValue, Phase, RuleSet, Notice)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_loading_again_changes_nothing():
    before = rows()

    load_reference()

    assert rows() == before


def test_loading_again_leaves_what_coordination_changed():
    Phase.objects.filter(code="fase-2025-2028").update(name="Fase III")
    Organization.objects.filter(code="central").update(name="Sede")
    LookupValue.objects.filter(list="countries", code="MX").update(retired=True)
    LookupValue.objects.filter(list="countries", code="GT").update(es="Guate", version=2)

    load_reference()

    assert Phase.objects.get(code="fase-2025-2028").name == "Fase III"
    assert Organization.objects.get(code="central").name == "Sede"
    assert LookupValue.objects.get(list="countries", code="MX").retired
    assert LookupValue.objects.get(list="countries", code="GT").es == "Guate"


def test_loading_again_corrects_what_was_spelt_wrong():
    District.objects.filter(code="0617").update(name="Soyopango")

    load_reference()

    assert District.objects.get(code="0617").name == "Soyapango"
