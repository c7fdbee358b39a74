"""Names as they are searched, sorted and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis.lib.search import digits, name_columns, name_key, plain, sounding


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Óscar  Núñez", "oscar nunez"),
        ("ÑANDÚ", "nandu"),
        ("ñandú", "nandu"),
        ("Jose\u0301", "jose"),
        ("O'Callaghan", "ocallaghan"),
        ("O’Callaghan", "ocallaghan"),
        ("D´Aubuisson", "daubuisson"),
        ("María\u200b José", "maria jose"),
        ("\u00a0  ", ""),
        ("Straße", "strasse"),
    ],
)
def test_plain_leaves_accents_capitals_and_apostrophes_out(text, expected):
    assert plain(text) == expected


@given(st.text())
def test_plain_of_plain_is_the_same(text):
    assert plain(plain(text)) == plain(text)


@pytest.mark.rule("CASE-1")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("José Carlos", "Portillo Hernández"), ("Jose Carlos", "Hernandez Portillo")),
        (("María José", "Núñez"), ("MARÍA\u200b JOSÉ", "NUNEZ")),
        (("Ana", "Pérez-López"), ("Ana", "Lopez Perez")),
        (("Ana", "O'Callaghan"), ("Ana", "O’Callaghan")),
        (("José", "Ángel Rivas"), ("  José   Ángel ", "Rivas.")),
    ],
)
def test_name_key_is_one_for_names_in_any_order_and_spelling(one, other):
    assert name_key(*one) == name_key(*other)


@pytest.mark.rule("CASE-1")
def test_name_key_tells_different_names_apart():
    assert name_key("Ana", "Paz") != name_key("Ana María", "Paz")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Gonsales", "González"),
        ("Ernandes", "Hernández"),
        ("Bladimir", "Vladimir"),
        ("Jiménes", "Giménez"),
        ("Yessenia Guillén", "Llesenia Guiyen"),
        ("Sesilia", "Cecilia"),
        ("Josef Quintanilla", "Joseph Kintaniya"),
        ("Vásques", "Bazquez"),
        ("Guevara Miguel", "Guebara Miguel"),
    ],
)
def test_names_are_one_that_sound_alike(written, meant):
    assert sounding(written) == sounding(meant)


@pytest.mark.parametrize(
    ("one", "other"), [("Chávez", "Cáves"), ("Guerra", "Gerra"), ("Paz", "Pez")]
)
def test_names_that_sound_different_are_not_one(one, other):
    assert sounding(one) != sounding(other)


def test_a_word_of_which_nothing_is_heard_stays():
    assert sounding("H Paz") == "h pas"


def test_name_columns_are_what_is_stored_with_a_name():
    assert name_columns("José Ángel", "Núñez Paz") == {
        "search": "jose angel nunez paz",
        "sounds": "jose anjel nunes pas",
        "sort_name": "nun~ez paz  jose angel",
        "name_key": "angel jose nunez paz",
    }


def test_name_columns_of_a_single_name_are_all_filled():
    assert name_columns("Guadalupe", "") == {
        "search": "guadalupe",
        "sounds": "guadalupe",
        "sort_name": "guadalupe",
        "name_key": "guadalupe",
    }


def test_sort_name_puts_surnames_first_and_n_with_tilde_behind_n():
    people = [
        ("Ana", "Peña"),
        ("Zoila", "Pena"),
        ("Ana", "Paz Díaz"),
        ("Zoila", "Paz"),
        ("Ana", "Pen\u0303a"),
    ]

    ordered = sorted(people, key=lambda names: name_columns(*names)["sort_name"])

    assert [surnames for _given, surnames in ordered] == [
        "Paz",
        "Paz Díaz",
        "Pena",
        "Peña",
        "Pen\u0303a",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90000001-7", "900000017"), ("+503 7777-1234", "50377771234"), ("٣٠", "30"), ("DUI", "")],
)
def test_digits_are_western_figures_alone(text, expected):
    assert digits(text) == expected
