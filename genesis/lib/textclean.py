"""What people type or paste, made safe to store, to show and to compare.

Every text of every form and of every imported cell goes through `clean_text`.
Markup, templates, SQL and format strings are ordinary text here: they are kept
as typed, and it is for whoever shows them to escape them.
"""

import re
from unicodedata import category, combining, name, normalize

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_MARKS = 3  # marks on one letter; no language written here needs more
USUAL = re.compile("[ -~\xa0-\xac\xae-\xff]*")  # nothing to look for in these
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
NONCHARACTERS = "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
UNREADABLE = re.compile(
    f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef{NONCHARACTERS}]"
)
LINE_ENDS = re.compile("\r\n|[\r\n\u2028\u2029]")
# Letters and symbols that show nothing: the fillers of Hangul, the empty braille cell
BLANKS = dict.fromkeys([0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0])


class UnreadableText(ValueError):
    """The text holds what no field of the system takes; the message is for who typed it."""


def clean_text(
    value: str, *, multiline: bool = False, need_letter: bool = False, max_length: int | None = None
) -> str:
    """Return `value` composed (NFC), trimmed, and without characters that show nothing.

    Raises UnreadableText for control characters, half characters, characters
    that turn the direction of writing, heaps of accents, line breaks inside a
    single line, more than `max_length` characters after cleaning, and, with
    `need_letter`, a text that was given but has no letter. A text that was not
    given stays empty: whether it may is for the field. In a single line, spaces
    that follow each other are one; in several lines, a tab is a space.
    """
    _refuse_unreadable(value)
    text = LINE_ENDS.sub("\n", value).strip(" \n\t")
    if multiline:
        text = text.replace("\t", " ")
    elif "\n" in text or "\t" in text:
        raise UnreadableText(_("Write this on a single line."))
    if not USUAL.fullmatch(text):
        text = "".join(each for each in text.translate(BLANKS) if category(each) != "Cf")
        text = normalize("NFC", text)
        _refuse_heaps_of_marks(text)
    text = text.strip() if multiline else " ".join(text.split())
    if need_letter and value and not any(map(str.isalpha, text)):
        raise UnreadableText(_("Write at least one letter."))
    if max_length is not None and len(text) > max_length:
        raise UnreadableText(
            ngettext(
                "Write at most %(limit)d character.",
                "Write at most %(limit)d characters.",
                max_length,
            )
            % {"limit": max_length}
        )
    return text


def mixed_script(text: str) -> bool:
    """Whether letters of two scripts stand together, as in «Маrіа» with Cyrillic letters.

    It is for a warning, not for a refusal: such a name is not found by who
    types it, but it may be what the document says.
    """
    letters = (each for each in normalize("NFKD", text) if category(each) in {"Lu", "Ll", "Lo"})
    return len({name(each, "").partition(" ")[0] for each in letters}) > 1


def _refuse_unreadable(text: str) -> None:
    if BIDI_CONTROLS.search(text):
        raise UnreadableText(
            _("The text has hidden characters that change its direction: write it again.")
        )
    if UNREADABLE.search(text):
        raise UnreadableText(_("The text has characters that cannot be read: write it again."))


def _refuse_heaps_of_marks(text: str) -> None:
    marks = 0
    for each in text:
        marks = marks + 1 if combining(each) or category(each) in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            raise UnreadableText(_("A letter has too many accents: write it again."))
