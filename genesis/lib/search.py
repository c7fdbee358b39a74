"""Names as they are searched, sorted and compared: without accents, capitals and odd characters.

Pure functions: forms, bulk inserts and imports all use the same ones.
"""

import re
from unicodedata import category, combining, decimal, normalize

# As the columns are.
LONGEST = {"search": 260, "sort_name": 300, "name_key": 260, "sounds": 260}
APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʹ′`´＇"))


def plain(text: str) -> str:
    """Return `text` without capitals, accents and spare spaces: «Óscar  Núñez», oscar nunez.

    Apostrophes of every kind and characters that take no room are left out, so
    that O'Callaghan, O’Callaghan and OCallaghan are one name.
    """
    letters = text.translate(APOSTROPHES)
    if not letters.isascii():
        letters = normalize("NFKD", normalize("NFKD", letters).translate(APOSTROPHES).casefold())
        letters = "".join(
            each for each in letters if not combining(each) and category(each) != "Cf"
        )
    return " ".join(letters.casefold().split())


def name_key(given_names: str, surnames: str) -> str:
    """All names together in alphabetical order, without punctuation (CASE-1).

    José Carlos Portillo Hernández and Jose Carlos Hernandez-Portillo have the same key.
    """
    return " ".join(sorted(re.findall(r"[^\W_]+", plain(f"{given_names} {surnames}"))))


# Letters that sound alike here, in the order in which they are put in place of each other;
# a capital stands for a sound that is settled.
SOUNDS = [
    (r"ch|sh", "C"),
    ("ph", "f"),
    ("qu(?=[ei])|q", "k"),
    ("gu(?=[ei])", "G"),
    ("g(?=[ei])", "j"),
    ("c(?=[eiy])|z|x", "s"),
    ("c", "k"),
    ("v", "b"),
    ("ll|y", "i"),
    ("h", ""),
    (r"(.)\1", r"\1"),
]


def sounding(text: str) -> str:
    """Return names as they sound in El Salvador: «Gonsales» and «González» are one.

    A word of which nothing is heard stays as it is written.
    """
    return " ".join(_heard(word) for word in plain(text).split())


def _heard(word: str) -> str:
    heard = word
    for letters, sound in SOUNDS:
        heard = re.sub(letters, sound, heard)
    return heard.casefold() or word


def name_columns(given_names: str, surnames: str) -> dict[str, str]:
    """Return what is stored with a name: `search`, `sounds`, `sort_name`, `name_key` (CASE-1).

    Whatever writes a name, a form or a bulk insert, writes these with it. The
    database orders by byte: surnames come first, two spaces put «Paz» before
    «Paz Díaz», and ñ is kept behind n. A character may unfold into many: what
    is longer than its column is cut.
    """
    enye = [
        normalize("NFC", text).casefold().replace("ñ", "n~") for text in (surnames, given_names)
    ]
    columns = {
        "search": plain(f"{given_names} {surnames}"),
        "sounds": sounding(f"{given_names} {surnames}"),
        "sort_name": "  ".join(filter(None, map(plain, enye))),
        "name_key": name_key(given_names, surnames),
    }
    return {name: text[: LONGEST[name]] for name, text in columns.items()}


def digits(text: str) -> str:
    """Only the digits of a document or a telephone number, in Western figures."""
    return "".join(str(decimal(each)) for each in text if each.isdecimal())
