"""Every column of ours has one class in the register, and the register names no other."""

import pytest
from django.apps import apps
from django.conf import settings

from genesis.lib.sensitivity import REGISTER, classes, is_protected, register_columns

# What is protected, by what lets it be written down (CASE-3): the consent to sensitive data …
ASKED_WITH_CONSENT = {
    "beneficiaries.SensitiveProfile",
    "beneficiaries.TripCircumstances",
    "beneficiaries.Displacement",
    "beneficiaries.MemberHealth",
    "beneficiaries.VulnerabilityFlag",
    "beneficiaries.IndexAnswers",
    "certification.PlanHelp",
    "beneficiaries.Attachment",  # those of health or of a crime
}
# … that it keeps somebody safe …
KEEPS_SAFE = {
    "beneficiaries.SafeContact",
    "beneficiaries.DoNotContact",
    "beneficiaries.Risk",
    "beneficiaries.RiskAssessment",
}
# … another consent, or her own word …
ASKED_OTHERWISE = {
    "beneficiaries.ReferralReason",  # only what she agrees to share is referred
    "beneficiaries.Complaint",  # whoever complains says what is kept
}
# … or nothing by itself: it is on its way elsewhere, was kept before, or is a free remark that
# is closed out of caution.
ON_ITS_WAY = {
    "accounts.Draft",
    "beneficiaries.Registration",
    "beneficiaries.ImportRow",
    "beneficiaries.MergedRow",
    "beneficiaries.AttachmentText",
    "beneficiaries.IntakeNote",
}


def columns():
    return {
        model._meta.label: {field.name for field in model._meta.concrete_fields}
        for name in settings.FIRST_PARTY_APPS
        for model in apps.get_app_config(name).get_models()
    }


def test_every_column_has_a_class():
    missing = {label: names - set(REGISTER.get(label, {})) for label, names in columns().items()}

    assert {label: names for label, names in missing.items() if names} == {}


def test_the_register_names_only_what_exists():
    known = columns()
    extra = {label: set(names) - known.get(label, set()) for label, names in REGISTER.items()}

    assert {label: names for label, names in extra.items() if names} == {}


def test_no_column_and_no_model_stands_in_the_register_twice():
    with pytest.raises(ValueError, match="two classes"):
        classes(none="id name", D2="name")
    with pytest.raises(ValueError, match="already"):
        register_columns("accounts", {"User": classes(D2="email")})

    assert REGISTER["accounts.User"]["password"] == "none"


@pytest.mark.rule("CASE-3")
def test_of_all_that_is_protected_it_is_known_what_lets_it_be_written_down():
    protected = {label for label in REGISTER if is_protected(label)}

    assert protected == ASKED_WITH_CONSENT | KEEPS_SAFE | ASKED_OTHERWISE | ON_ITS_WAY
