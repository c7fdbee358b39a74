"""Which value of two files is proposed for the one that stays: no question to the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import DUI_TYPES, DocStatus

KEPT, MERGED = "kept", "merged"
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Value:
    """Columns that are chosen together: a date with its precision, a telephone with its owner."""

    code: str
    title: Any
    record: str  # «person», or the name of the one record that a person has
    columns: tuple[str, ...]


def _of(record: str, *values: tuple[str, Any, str]) -> list[Value]:
    return [
        Value(f"{record}-{code}", title, record, tuple(names.split()))
        for code, title, names in values
    ]


VALUES = [
    *_of(
        "person",
        ("given_names", _("Given names"), "given_names"),
        ("surnames", _("Surnames"), "surnames"),
        ("known_as", _("Known as"), "known_as"),
        ("name_abroad", _("Name used abroad"), "name_abroad"),
        ("birth", _("Born"), "birth_date birth_precision"),
        ("sex", _("Sex"), "sex"),
        ("population", _("Profile"), "population"),
        ("nationality", _("Nationality"), "nationality"),
        ("birthplace", _("Place of birth"), "birth_country_id birth_district_id"),
        ("marital_status", _("Marital status"), "marital_status_id"),
        ("household_head", _("Heads the household"), "household_head"),
        ("place", _("Lives in"), "district_id area"),
        ("registered_on", _("Registered on"), "registered_on"),
    ),
    *_of(
        "contact",
        ("phone_1", _("Telephone"), "phone_1 phone_1_owner phone_1_whatsapp"),
        ("phone_2", _("Second telephone"), "phone_2 phone_2_owner"),
        ("email", _("E-mail"), "email"),
        ("address_line", _("Address"), "address_line"),
        ("safe_times", _("Safe times"), "safe_times"),
        (
            "abroad",
            _("Last address abroad"),
            "previous_country_id previous_state_id previous_city",
        ),
        (
            "emergency",
            _("Emergency contact"),
            "emergency_name emergency_relationship_id emergency_phone",
        ),
    ),
    *_of(
        "education",
        ("level", _("Education"), "level_id title title_year title_country_id"),
        ("reading", _("Reads and writes Spanish"), "reads_spanish writes_spanish"),
        ("languages", _("Languages"), "english_level_id other_languages"),
        ("tools", _("Tools"), "tools"),
        ("driving", _("Driving licence"), "driving_licence_id"),
        ("digital", _("Telephone and Internet"), "phone_kind_id has_data uses_email"),
    ),
]
BY_CODE = {each.code: each for each in VALUES}
IDENTITY = {"given_names", "surnames", "birth", "sex", "birthplace", "nationality"}


def values_of(record: Any, value: Value) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in value.columns)


def is_empty(values: Iterable[Any]) -> bool:
    """Whether nothing was answered: a box that is not ticked says nothing either."""
    return all(each in EMPTY or each is False for each in values)


def proposed(value: Value, kept: Any, merged: Any, records: Sequence[Any]) -> str:
    """The side whose value is proposed: what is not empty, verified by a document, newer."""
    here, there = records
    if is_empty(values_of(there, value)):
        return KEPT
    if is_empty(values_of(here, value)):
        return MERGED
    if value.code == "person-registered_on":
        return MERGED if there.registered_on < here.registered_on else KEPT
    if value.record == "person" and value.code.partition("-")[2] in IDENTITY:
        if has_verified(kept) != has_verified(merged):
            return MERGED if has_verified(merged) else KEPT
    return MERGED if _newness(there) > _newness(here) else KEPT


def has_verified(person: Any) -> bool:
    """Whether a DUI that is valid says who she is; of people read with their documents."""
    return any(
        each.doc_type in DUI_TYPES and each.status == DocStatus.VALID
        for each in person.documents.all()
    )


def _newness(record: Any) -> Any:
    """When it was last looked at, as far as that is kept; of the same kind for both sides."""
    return getattr(record, "reviewed_on", None) or getattr(record, "recorded_at", None) or record.pk
