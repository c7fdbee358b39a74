"""Folios, short codes, and secrets that can be made again."""

import random
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis.lib.codes import (
    CROCKFORD,
    UnknownCode,
    certificate_secret,
    folio,
    is_certificate_secret,
    luhn_digit,
    person_ref,
    read_short_code,
    short_code,
    show_short_code,
)

codes = st.text(CROCKFORD, min_size=9, max_size=9).map(lambda text: short_code(iter_of(text)))


def iter_of(text):
    """A source that gives the characters of `text`, one by one."""
    letters = iter(text)
    return lambda _alphabet: next(letters)


def test_luhn_digit_agrees_with_a_known_number():
    assert luhn_digit("7992739871") == "3"


@pytest.mark.rule("CERT-14")
def test_folio_has_the_luhn_digit_over_year_standard_and_sequence():
    assert folio("GS", 2026, "CON-002", 123) == "GS-2026-CON002-000123-2"


@pytest.mark.parametrize("prefix", ["", "G-S", "gs", "Ñ"])
def test_folio_needs_a_prefix_that_can_be_read_back(prefix):
    with pytest.raises(ValueError, match="folio"):
        folio(prefix, 2026, "CON-002", 1)


def test_short_code_ends_in_the_character_that_checks_it():
    code = short_code(iter_of("5HHYK2MZA"))

    assert code == "5HHYK2MZAZ"
    assert show_short_code(code) == "5HHY-K2MZ-AZ"


def test_short_codes_come_from_the_given_source():
    one, other = (short_code(random.Random(7).choice) for _each in range(2))

    assert one == other
    assert len({short_code() for _each in range(200)}) == 200


@pytest.mark.parametrize(
    "typed",
    ["5hhy-k2mz-az", " 5HHY K2MZ AZ ", "5HHYK2MZAZ", "5hhy–k2mz–az", "5 H H Y K 2 M Z A Z"],
)
def test_short_code_is_read_however_it_is_typed(typed):
    assert read_short_code(typed) == "5HHYK2MZAZ"


@given(codes)
def test_short_code_reads_letters_for_the_figures_they_look_like(code):
    for figure, letters in {"0": "Oo", "1": "IiLl"}.items():
        for letter in letters:
            assert read_short_code(code.replace(figure, letter)) == code


@given(codes, st.integers(0, 9), st.sampled_from(CROCKFORD))
def test_short_code_with_one_wrong_character_is_refused(code, place, character):
    wrong = code[:place] + character + code[place + 1 :]
    if wrong == code:
        return

    with pytest.raises(UnknownCode):
        read_short_code(wrong)


@pytest.mark.parametrize(
    "typed", ["", "5HHY-K2MZ", "5HHY-K2MZ-AZZ", "5HHY-K2MZ-AU", "5HHYK2MZAZ\x00", "５HHYK2MZAZ"]
)
def test_short_code_of_another_form_is_refused(typed):
    with pytest.raises(UnknownCode):
        read_short_code(typed)


def test_person_ref_is_steady_under_a_key_and_says_nothing_without_it():
    assert person_ref(17, key=b"a" * 32) == person_ref(17, key=b"a" * 32)
    assert person_ref(17, key=b"a" * 32) != person_ref(17, key=b"b" * 32)
    assert person_ref(17, key=b"a" * 32) != person_ref(18, key=b"a" * 32)
    assert re.fullmatch("[A-Z2-7]{16}", person_ref(17, key=b"a" * 32))


def test_certificate_secret_has_128_bits_and_its_own_purpose():
    public_id, key = uuid.uuid4(), b"k" * 32
    secret = certificate_secret(public_id, key=key)

    assert re.fullmatch("[A-Z2-7]{26}", secret)
    assert is_certificate_secret(secret.lower(), public_id, key=key)
    assert not secret.startswith(person_ref(public_id, key=key))


def test_certificate_secret_of_another_certificate_or_key_is_refused():
    public_id, key = uuid.uuid4(), b"k" * 32
    secret = certificate_secret(public_id, key=key)

    assert not is_certificate_secret(secret, uuid.uuid4(), key=key)
    assert not is_certificate_secret(secret, public_id, key=b"x" * 32)
    assert not is_certificate_secret(secret[:-1], public_id, key=key)
    assert not is_certificate_secret("ñ", public_id, key=key)


@pytest.mark.parametrize("make", [person_ref, certificate_secret])
def test_secrets_need_a_key(make):
    with pytest.raises(ValueError, match="key"):
        make(1, key=b"")
