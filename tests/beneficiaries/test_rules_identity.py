"""Which number an identity document may carry."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.choices import DocStatus, DocType
from beneficiaries.rules.identity import (
    WrongNumber,
    check_document,
    dui_check_digit,
    normalise_dui,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data/identifiers.json").read_text())["dui"]
WRONG = "90000001-0"


def refused(*document):
    """The field and the code of the error that `document` gives."""
    with pytest.raises(ValidationError) as caught:
        check_document(*document)
    [(field, [error])] = caught.value.error_dict.items()
    return field, error.code


@pytest.mark.rule("CASE-2")
@pytest.mark.parametrize("number", VECTORS["valid"])
def test_dui_of_the_vectors_is_taken(number):
    assert normalise_dui(number) == number


@pytest.mark.rule("CASE-2")
@pytest.mark.parametrize(
    "number", [*VECTORS["invalid"], "", "٩٠٠٠٠٠٠١٧", "９0000001-7", "90-0000017"]
)
def test_dui_that_cannot_be_is_refused(number):
    with pytest.raises(WrongNumber):
        normalise_dui(number)


@pytest.mark.parametrize(
    "typed", ["900000017", " 90000001-7 ", "9000 0001 7", "90000001–7", "90000001 - 7"]
)
def test_dui_is_one_number_however_it_is_typed(typed):
    assert normalise_dui(typed) == "90000001-7"


@pytest.mark.rule("CASE-2")
@given(st.from_regex("[0-9]{8}", fullmatch=True), st.integers(0, 7), st.integers(1, 9))
def test_dui_with_one_wrong_digit_is_refused_where_its_weight_can_tell(number, place, more):
    digit = dui_check_digit(number)
    other = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    if (9 - place) * more % 10 == 0:
        return

    with pytest.raises(WrongNumber):
        normalise_dui(other + digit)


@pytest.mark.rule("CASE-2")
@pytest.mark.parametrize("doc_type", [each for each in DocType if each != DocType.NONE])
@pytest.mark.parametrize("status", DocStatus)
def test_a_number_is_needed_only_while_the_document_is_valid_or_expired(doc_type, status):
    if status in {DocStatus.VALID, DocStatus.EXPIRED}:
        assert refused(doc_type, status, "  ") == ("number", "required")
    else:
        assert check_document(doc_type, status, "  ") == ""


@pytest.mark.rule("CASE-2")
@pytest.mark.parametrize("status", DocStatus)
def test_a_wrong_check_digit_is_refused_for_a_dui_with_or_without_reason(status):
    assert refused(DocType.DUI, status, WRONG) == ("number", "check_digit")
    assert refused(DocType.DUI, status, WRONG, "así está en la tarjeta") == (
        "number",
        "check_digit",
    )


@pytest.mark.rule("CASE-2")
def test_a_wrong_check_digit_on_an_expired_card_needs_a_reason():
    assert refused(DocType.DUI_EXPIRED, DocStatus.EXPIRED, WRONG, " ") == (
        "check_reason",
        "required",
    )
    assert check_document(DocType.DUI_EXPIRED, DocStatus.EXPIRED, WRONG, "gastada") == WRONG
    assert check_document(DocType.DUI_EXPIRED, DocStatus.EXPIRED, "9000x", "gastada") == "9000x"


def test_an_expired_card_with_a_right_number_is_stored_like_any_dui():
    assert check_document(DocType.DUI_EXPIRED, DocStatus.EXPIRED, "900000017") == "90000001-7"


@pytest.mark.rule("CASE-2")
def test_a_file_may_be_opened_without_any_document():
    assert check_document(DocType.NONE, DocStatus.NEVER, "") == ""
    assert check_document(DocType.NONE, DocStatus.VALID, "") == ""
    assert refused(DocType.NONE, DocStatus.NEVER, "123") == ("number", "none")


def test_numbers_of_other_documents_are_kept_in_capitals():
    assert check_document(DocType.PASSPORT_SV, DocStatus.VALID, " b1234567 ") == "B1234567"


@pytest.mark.parametrize("number", ["9000\x000001-7", "9" * 31, "9000\n0001-7"])
def test_numbers_that_cannot_be_read_are_refused(number):
    assert refused(DocType.PASSPORT_SV, DocStatus.VALID, number) == ("number", "unreadable")
