"""What every form carries, and the fields that several apps ask with."""

from datetime import date
from uuid import uuid4

import pytest
from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.models import Person
from genesis.lib.forms import (
    DateInput,
    PartialDateField,
    SafeFormMixin,
    add_errors,
    shown_version,
)
from tests.factories.beneficiaries import PersonFactory


class Narrowing(SafeFormMixin, forms.Form):
    word = forms.CharField(required=False)


class Creating(SafeFormMixin, forms.Form):
    creates = True
    word = forms.CharField(max_length=10)
    text = forms.CharField(widget=forms.Textarea, required=False)
    number = forms.IntegerField(required=False)
    day = PartialDateField(required=False)


class Changing(SafeFormMixin, forms.ModelForm):
    class Meta:
        model = Person
        fields = ["known_as"]


def filled(**changes):
    return Creating({"word": "a", "key": str(uuid4())} | changes)


@pytest.mark.rule("SEC-16")
def test_a_form_that_creates_carries_a_key_of_its_own():
    first, second = Creating()["key"].value(), Creating()["key"].value()

    assert first != second
    assert filled().is_valid()
    assert "key" in filled(key="x").errors


@pytest.mark.rule("SEC-15", "SEC-16")
@pytest.mark.django_db
def test_a_form_that_changes_carries_the_version_and_one_that_narrows_nothing():
    form = Changing(instance=PersonFactory(version=7))

    assert form["version"].value() == 7
    assert "key" not in form.fields
    assert set(Changing().fields) == {"known_as", "key"}
    assert set(Narrowing().fields) == {"word"}


def test_all_text_goes_through_one_cleaner():
    form = filled(word=" Jose\u0301\u200b ", text="uno\r\ndos\n")

    assert form.is_valid()
    assert form.cleaned_data["word"] == "José"
    assert form.cleaned_data["text"] == "uno\ndos"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("\u200b", "Este campo es obligatorio."),
        ("a\nb", "Escríbalo en una sola línea."),
        ("a\u202eb", None),
        ("a\x07b", None),
        ("a" * 11, None),
    ],
)
def test_what_no_one_can_read_is_refused_at_its_field(word, message):
    form = filled(word=word)

    assert set(form.errors) == {"word"}
    assert len(form.errors["word"]) == 1
    if message:
        assert form.errors["word"] == [message]


@pytest.mark.parametrize("number", ["1e3", "NaN", "Infinity", "9" * 5000, "1.5", "\x00"])
def test_a_number_is_digits(number):
    assert set(filled(number=number).errors) == {"number"}


def day(*parts):
    return {f"day_{name}": part for name, part in zip(("day", "month", "year"), parts, strict=True)}


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (("", "", ""), (None, "")),
        (("", "", "1990"), (date(1990, 1, 1), "year")),
        (("", "2", "1990"), (date(1990, 2, 1), "month")),
        (("29", "2", "1988"), (date(1988, 2, 29), "day")),
    ],
)
def test_a_day_that_is_known_in_part(parts, kept):
    form = filled(**day(*parts))

    assert form.is_valid()
    assert form.cleaned_data["day"] == kept


@pytest.mark.parametrize(
    "parts",
    [
        ("30", "2", "1990"),
        ("0", "2", "1990"),
        ("1", "0", "1990"),
        ("1", "", "1990"),
        ("1", "2", ""),
        ("1", "2", "90"),
        ("1", "2", "1899"),
        ("1", "2", "9999"),
        ("x", "2", "1990"),
        ("1", "2", "1" * 5000),
        ("²", "2", "1990"),
    ],
)
def test_a_day_that_is_none(parts):
    form = filled(**day(*parts))

    assert set(form.errors) == {"day"}
    assert len(form.errors["day"]) == 1


@given(st.lists(st.text(max_size=6), min_size=3, max_size=3))
def test_whatever_is_typed_as_a_day_is_a_day_or_an_error(parts):
    field = PartialDateField(required=False)
    try:
        value, precision = field.clean(parts)
    except ValidationError:
        return
    assert (value is None) == (precision == "")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["day", "month", "year"]))
def test_what_a_day_shows_is_what_it_was(value, precision):
    field = PartialDateField()
    first = {"day": value, "month": value.replace(day=1), "year": value.replace(month=1, day=1)}

    shown = field.widget.decompress((first[precision], precision))

    typed = ["" if part is None else str(part) for part in shown]
    assert field.clean(typed) == (first[precision], precision)


def test_a_calendar_is_given_days_as_browsers_want_them():
    html = DateInput().render("on", date(2026, 11, 21))

    assert 'type="date"' in html
    assert 'value="2026-11-21"' in html


@pytest.mark.parametrize(
    ("sent", "expected"), [({"version": "3"}, 3), ({"version": "x"}, None), ({}, None)]
)
def test_a_button_says_which_version_it_showed(sent, expected):
    request = RequestFactory().post("/", sent)

    if expected is None:
        with pytest.raises(BadRequest):
            shown_version(request)
    else:
        assert shown_version(request) == expected


def test_what_an_action_refuses_stands_at_its_field_or_above_all():
    form = filled()
    assert form.is_valid()

    add_errors(form, ValidationError({"word": ["No así."], "elsewhere": ["Tampoco."]}))
    add_errors(form, ValueError("Y esto tampoco."))

    assert form.errors["word"] == ["No así."]
    assert form.non_field_errors() == ["Tampoco.", "Y esto tampoco."]
