"""Every column of ours has its class in the register, and the register names no other."""

from django.apps import apps
from django.conf import settings

from genesis.lib.sensitivity import REGISTER


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
