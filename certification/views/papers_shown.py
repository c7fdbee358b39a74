"""How pages show what two people typed from a paper differently."""

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certification.actions.transcribing import both_of, open_differences
from certification.choices import PaperSigned, SafetyPoint
from certification.rules.paper_forms import (
    BEGAN,
    DAY,
    ENDED,
    HEAD,
    IDENTITY,
    SAFETY,
    SIGNED,
    STOPPED,
)

NAMES = {
    IDENTITY: gettext_lazy("Document that was seen"),
    DAY: gettext_lazy("Day"),
    BEGAN: gettext_lazy("Begun"),
    ENDED: gettext_lazy("Ended"),
    **{each.value: each.label for each in SafetyPoint},
    SIGNED: gettext_lazy("Who signed on the paper?"),
    STOPPED: gettext_lazy("Stopped for safety at"),
}


def title_of(name, item):
    """How people call a line of the paper."""
    return item.code if item else NAMES.get(name, name)


def shown_differences(form):
    """Each name that is «por resolver»: what each of the two typed, and what was said since."""
    return _shown(form, open_differences(form))


def shown_head(form):
    """The lines of the head, on which both agree: the same."""
    return _shown(form, HEAD)


def _shown(form, names):
    first, second = both_of(form)
    items = {each.code: each for each in form.assessment.items_to_answer()}
    said = {}
    for each in form.settlements.select_related("by").order_by("pk"):
        entry = [each.value, each.note]
        words = _("{entry}, because: {reason}").format(
            entry=_in_words(each.name, items.get(each.name), entry), reason=each.reason
        )
        said.setdefault(each.name, []).append((each.by, words))
    typists = [each.by for each in sorted(form.typings.all(), key=lambda each: each.number)]
    return [
        {
            "name": name,
            "item": items.get(name),
            "title": title_of(name, items.get(name)),
            "said": [
                *(
                    (by, _in_words(name, items.get(name), typed.get(name, ["", ""])))
                    for by, typed in zip(typists, (first, second), strict=True)
                ),
                *said.get(name, []),
            ],
        }
        for name in names
    ]


def _in_words(name, item, entry):
    """What was typed, as people read it; never whether it is right."""
    value, note = entry
    words = _value_in_words(name, item, value) if value else _("Left blank")
    return f"{words}. {_('Note')}: {note}" if note else words


def _value_in_words(name, item, value):
    if item is None:
        if name == DAY:
            return date_format(parse_date(value), "SHORT_DATE_FORMAT")
        if name in SAFETY:
            return _("Ticked")
        return PaperSigned(value).label if name == SIGNED else value
    return str(item.in_words(value))
