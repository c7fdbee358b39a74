"""Bad texts: refused with a sentence, or kept exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis.lib.search import plain
from genesis.lib.textclean import MOST_MARKS, UnreadableText, clean_text, mixed_script

SURNAMES = "Hernández Portillo de la Concepción Menjívar Alas viuda de Guardado y Villalta"


@pytest.mark.parametrize(
    "text",
    [
        "María José Núñez",
        "O'Callaghan",
        "D’Aubuisson",
        "Guadalupe",
        SURNAMES,
        "Null",
        "None",
        "N/A",
        "<script>alert(1)</script>",
        "{{ 7*7|x }}",
        "{% debug %}",
        "%s %n ${jndi:ldap://x}",
        "Robert'); DROP TABLE--",
        "Mª José",
    ],
)
def test_ordinary_and_hostile_names_are_kept_as_typed(text):
    assert clean_text(text, need_letter=True) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  José   Luis ", "José Luis"),
        ("María\u200b José", "María José"),
        ("Jose\u0301", "José"),
        ("\ufeffAna\u2060", "Ana"),
        ("Ana\u00a0Paz", "Ana Paz"),
        ("An\u00ada", "Ana"),
        ("Ana\n", "Ana"),
        ("Ana\u3164", "Ana"),
    ],
)
def test_what_shows_nothing_is_dropped(text, expected):
    assert clean_text(text, need_letter=True) == expected


@pytest.mark.parametrize("text", ["   ", "\u200b\u200b", "😀😀", "12345", "\u3164", "...", "٣٠"])
def test_a_name_needs_a_letter(text):
    with pytest.raises(UnreadableText):
        clean_text(text, need_letter=True)


def test_a_name_that_was_not_given_stays_empty():
    assert clean_text("", need_letter=True) == ""


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, range(0x09)),
        *map(chr, range(0x0B, 0x0D)),
        *map(chr, range(0x0E, 0x20)),
        *map(chr, range(0x7F, 0xA0)),
        "\ud800",
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
        "\ufdd0",
        "\ufdef",
        "\ufffe",
        "\uffff",
        "\U0010ffff",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
@pytest.mark.parametrize("multiline", [False, True])
def test_unreadable_characters_are_refused(character, multiline):
    with pytest.raises(UnreadableText):
        clean_text(f"a{character}b", multiline=multiline)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\t", "\u2028", "\u2029"])
def test_a_single_line_takes_no_line_break(end):
    with pytest.raises(UnreadableText):
        clean_text(f"Ana{end}Bcc: x@y.sv")


def test_several_lines_keep_their_breaks_in_one_way():
    assert clean_text(" uno\r\ndos\rtres\u2028cuatro\tcinco\n", multiline=True) == (
        "uno\ndos\ntres\ncuatro cinco"
    )


def test_a_heap_of_accents_is_refused():
    assert clean_text("a" + "\u0335" * MOST_MARKS)
    with pytest.raises(UnreadableText):
        clean_text("a" + "\u0335" * (MOST_MARKS + 1))
    with pytest.raises(UnreadableText):
        clean_text("Z" + "\u0301\u0316\u0334" * 34 + "algo")


def test_accents_are_counted_letter_by_letter():
    assert clean_text("e\u0301" * 60) == "é" * 60


def test_length_counts_after_cleaning():
    assert len(clean_text("e\u0301" * 120, max_length=120)) == 120
    assert len(clean_text("x" * 118, max_length=120)) == 118
    with pytest.raises(UnreadableText, match="120"):
        clean_text("x" * 121, max_length=120)


def test_the_two_apostrophes_are_found_alike():
    assert plain(clean_text("D’Aubuisson")) == plain(clean_text("D'Aubuisson"))


def test_accents_typed_in_two_ways_are_one_text():
    assert clean_text("Jose\u0301") == clean_text("José")


@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing(text, multiline):
    try:
        once = clean_text(text, multiline=multiline)
    except UnreadableText:
        return

    assert clean_text(once, multiline=multiline) == once
    once.encode()


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("Маrіа", True),
        ("Mar\u0456a", True),
        ("María", False),
        ("Мария", False),
        ("Mª José ʼ ２", False),
        ("Ｍaría", False),
        ("", False),
    ],
)
def test_letters_of_two_scripts_are_noticed(text, mixed):
    assert mixed_script(text) is mixed
