"""Every field that the programme's catalogue asks for, from the person to her plan, is there."""

import csv
from pathlib import Path

import pytest

from genesis.lib.sensitivity import REGISTER

CATALOGUE = Path(__file__).parents[1] / "data" / "field_catalogue.csv"
P, D, C, T, TC = "Person", "IdentityDocument", "Contact", "Trip", "TripCircumstances"
H, E, W, X = "HouseholdMember", "Education", "WorkExperience", "EconomicSituation"
V, G = "VulnerabilityFlag", "Goal"
# section and field of the catalogue → our columns; None: worked out, or of a later step
HELD = {
    "Persona": {
        "file_number": [f"{P}.file_number"],
        "given_names / surnames": [f"{P}.given_names", f"{P}.surnames"],
        "known_as": [f"{P}.known_as"],
        "birth_date + precision": [f"{P}.birth_date", f"{P}.birth_precision"],
        "sex": [f"{P}.sex"],
        "gender_identity": ["SensitiveProfile.gender_identity"],
        "nationality": [f"{P}.nationality"],
        "birth_place": [f"{P}.birth_country", f"{P}.birth_district"],
        "marital_status": [f"{P}.marital_status"],
        "population_profile": [f"{P}.population"],
        "household_head": [f"{P}.household_head"],
        "wg_ss_1..6": [
            "SensitiveProfile.wg_seeing",
            "SensitiveProfile.wg_hearing",
            "SensitiveProfile.wg_walking",
            "SensitiveProfile.wg_remembering",
            "SensitiveProfile.wg_self_care",
            "SensitiveProfile.wg_communicating",
        ],
        "ethnicity": ["SensitiveProfile.indigenous"],
        "photo": None,  # an Attachment: its kind says its class
    },
    "Documentos": {
        "doc_type": [f"{D}.doc_type"],
        "number": [f"{D}.number"],
        "status": [f"{D}.status"],
        "issue_date / expiry_date": [f"{D}.issued_on", f"{D}.expires_on"],
        "scan": None,  # the same
    },
    "Contacto y contacto seguro": {
        "phone_1 / phone_2": [f"{C}.phone_1", f"{C}.phone_2"],
        "phone_owner": [f"{C}.phone_1_owner", f"{C}.phone_2_owner"],
        "email": [f"{C}.email"],
        "address_line": [f"{C}.address_line"],
        "district (2024)": [f"{P}.district"],
        "area": [f"{P}.area"],
        "previous_address_abroad": [
            f"{C}.previous_country",
            f"{C}.previous_state",
            f"{C}.previous_city",
        ],
        "allowed_channels": [f"{C}.allowed_channels"],
        "safe_times": [f"{C}.safe_times"],
        "safe_to_identify_project": [f"{C}.safe_to_identify_project"],
        "code_word": ["SafeContact.code_word"],
        "do_not_contact": [
            "DoNotContact.kind",
            "DoNotContact.name",
            "DoNotContact.organization",
        ],
        "emergency_contact": [
            f"{C}.emergency_name",
            f"{C}.emergency_relationship",
            f"{C}.emergency_phone",
        ],
        "safe_contact_reviewed_on": [f"{C}.reviewed_on"],
    },
    "Experiencia migratoria": {
        "departure_date": [f"{T}.departure_date", f"{T}.departure_precision"],
        "destination_country / state / city": [
            f"{T}.destination_country",
            f"{T}.destination_state",
            f"{T}.destination_city",
        ],
        "channel": [f"{TC}.channel"],
        "reasons_leaving": [f"{TC}.reasons_leaving"],
        "time_abroad_months": None,
        "return_date": [f"{T}.return_date", f"{T}.return_precision"],
        "return_type": [f"{TC}.return_type"],
        "return_country": [f"{T}.return_country"],
        "return_port": [f"{T}.return_port"],
        "detention_abroad + months": [f"{TC}.detained", f"{TC}.detention_months"],
        "times_deported": [f"{TC}.times_deported"],
        "left_property_or_wages": [f"{TC}.left_property_or_wages"],
        "minor_children_abroad": [f"{TC}.minor_children_abroad"],
        "intention_to_remigrate": [f"{TC}.intention"],
    },
    "Desplazamiento interno": {
        "displaced_since": ["Displacement.since", "Displacement.since_precision"],
        "origin_district": ["Displacement.origin_district"],
        "cause": ["Displacement.causes"],
        "dav_registered": ["Displacement.dav_registered"],
        "can_return_home": ["Displacement.can_return_home"],
        "durable_solution_wanted": ["Displacement.solution"],
    },
    "Hogar": {
        "name": [f"{H}.name"],
        "relationship": [f"{H}.relationship"],
        "sex / birth_year": [f"{H}.sex", f"{H}.birth_year"],
        "lives_together": [f"{H}.lives_together"],
        "at_school": [f"{H}.at_school"],
        "disability / chronic illness": ["MemberHealth.disability", "MemberHealth.chronic_illness"],
        "economically_dependent": [f"{H}.economically_dependent"],
        "receives_service": [f"{H}.own_file"],
        "monthly_income / remittances": [f"{H}.monthly_income", f"{X}.remittances_usd"],
        "debt_for_journey": [f"{X}.debt_for_journey_usd", f"{X}.creditor"],
    },
    "Educación y competencias": {
        "education_level": [f"{E}.level"],
        "title / year / country": [f"{E}.title", f"{E}.title_year", f"{E}.title_country"],
        "spanish_literacy": [f"{E}.reads_spanish", f"{E}.writes_spanish"],
        "english_level / other": [f"{E}.english_level", f"{E}.other_languages"],
        "skills": ["Skill.name", "Skill.level"],
        "tools_owned": [f"{E}.tools"],
        "driving_licence": [f"{E}.driving_licence"],
        "digital_access": [f"{E}.phone_kind", f"{E}.has_data", f"{E}.uses_email"],
    },
    "Experiencia laboral": {
        "country / state": [f"{W}.country", f"{W}.state"],
        "isco_code": [f"{W}.isco"],
        "project_sector": [f"{W}.sector"],
        "isic_section": [f"{W}.isic_section"],
        "employer / position": [f"{W}.employer", f"{W}.position"],
        "start / end": [f"{W}.start_date", f"{W}.start_precision", f"{W}.end_date"],
        "duties": [f"{W}.duties"],
        "supervised_people": [f"{W}.supervised_people"],
        "proof": [f"{W}.proof"],
        "last_pay + currency + period": [
            f"{W}.last_pay",
            f"{W}.pay_currency",
            f"{W}.pay_period",
        ],
    },
    "Situación económica": {
        "employment_status": [f"{X}.employment_status"],
        "hours_per_week / benefits": [f"{X}.hours_per_week", f"{X}.benefits"],
        "monthly_income_usd": [f"{X}.monthly_income_usd"],
        "household_income_usd": [f"{X}.household_income_usd"],
        "debt_usd": [f"{X}.debt_usd"],
        "bank_account / ISSS / AFP": [f"{X}.bank_account", f"{X}.isss", f"{X}.afp"],
        "salary_expectation_usd": [f"{X}.salary_expectation_usd"],
        "willing_to_move / travel_minutes": [f"{X}.willing_to_move", f"{X}.travel_minutes"],
        "availability": [f"{X}.availability"],
    },
    "Necesidades y vulnerabilidad": {
        "needs (priority 1-3)": ["Need.need", "Need.priority"],
        "flags": [f"{V}.flag", f"{V}.source", f"{V}.on", f"{V}.audience"],
        "current_danger": ["Risk.current_danger"],
        "risk_level": ["Risk.level"],
        "immediate_action": ["Risk.immediate_action"],
    },
    "Plan de caso": {
        "goal": [f"{G}.text", f"{G}.need"],
        "service": ["PlanTask.service"],
        "indicator / target date": [f"{G}.indicator", f"{G}.target_on"],
        "responsible": [f"{G}.responsible", f"{G}.organization"],
        "state": [f"{G}.state"],
        "agreed_by_person_on": ["Plan.agreed_by_person_on"],
        "review_every_days": ["Plan.review_every_days"],
    },
}


def catalogue():
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        for section, field, *_rest, level, _use, _note in csv.reader(file):
            name = section.partition(" / ")[0]
            if name in HELD:
                yield pytest.param(name, field, level, id=f"{name}-{field}")


def test_the_catalogue_and_our_list_name_the_same_fields():
    asked = {name: set() for name in HELD}
    for each in catalogue():
        name, field, _level = each.values
        asked[name].add(field)

    assert asked == {name: set(fields) for name, fields in HELD.items()}


@pytest.mark.rule("CASE-12")
@pytest.mark.parametrize(("section", "field", "level"), list(catalogue()))
def test_each_field_is_held_in_its_class(section, field, level):
    columns = HELD[section][field]

    for column in columns or []:
        model, name = column.split(".")
        held = REGISTER[f"beneficiaries.{model}"][name]
        assert held == level[:2], column


@pytest.mark.rule("CASE-12")
def test_what_is_protected_stands_in_tables_of_its_own():
    structure = {"none", "D1"}
    for label, columns in REGISTER.items():
        levels = set(columns.values())
        if "D4" in levels and label.startswith("beneficiaries.") and "Import" not in label:
            assert levels <= structure | {"D4"} or label == "beneficiaries.Registration", label
    for label in ("beneficiaries.Person", "beneficiaries.Case"):
        assert not {"D4", "D5", "D6"} & set(REGISTER[label].values())
