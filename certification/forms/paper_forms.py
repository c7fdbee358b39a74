"""What is asked of a form on paper: its code, a photo of it, and what stands on it."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from certification.choices import PaperSigned, SafetyPoint, Scale
from certification.forms.sessions import TICKS
from certification.models.standards import SYMBOLS
from certification.rules.paper_forms import (
    BEGAN,
    DAY,
    ENDED,
    HEAD,
    IDENTITY,
    SAFETY,
    SIGNED,
    STOPPED,
    TICKED,
)
from genesis.lib.forms import DateInput, SafeFormMixin, TimeInput, UploadField, lay_out

# Before the code of an item: none takes the place of a line of the head.
ANSWER, NOTE = "item_", "note_"
WHY_STOPPED = "stop_reason"
LONGEST_NOTE = 1000


class PaperCodeForm(SafeFormMixin, forms.Form):
    """Which form somebody has in their hands."""

    code = forms.CharField(
        label=_("Code of the form"),
        max_length=60,
        help_text=_("It stands on each page, below the square code: PC-2026-000123-01-…"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "code", submit=_("Look for it"))


class PaperScanForm(SafeFormMixin, forms.Form):
    """A photo or a scan of the paper; several pages are several photos, or one PDF."""

    creates = True

    file = UploadField(label=_("Photo or scan of the paper"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "file", submit=_("Keep"))


class PaperDropForm(SafeFormMixin, forms.Form):
    """Why a paper is no record."""

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("For example: it was typed from the paper of somebody else."),
        max_length=300,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Set aside"))


def head_field(name):
    """The field of a line of the head."""
    if name in SAFETY:
        return forms.BooleanField(label=SafetyPoint(name).label, required=False)
    made = {
        IDENTITY: lambda: forms.CharField(
            label=_("Document that was seen"),
            max_length=120,
            help_text=_("Kind of document and its last three characters."),
        ),
        DAY: lambda: forms.DateField(label=_("Day"), widget=DateInput()),
        BEGAN: lambda: forms.TimeField(label=_("Begun"), widget=TimeInput()),
        ENDED: lambda: forms.TimeField(label=_("Ended"), widget=TimeInput()),
        SIGNED: lambda: forms.ChoiceField(
            label=_("Who signed on the paper?"),
            choices=PaperSigned,
            widget=forms.RadioSelect,
            help_text=_("A paper that the evaluator did not sign is no record."),
        ),
        STOPPED: lambda: forms.TimeField(
            label=_("Stopped for safety at"),
            required=False,
            widget=TimeInput(),
            help_text=_("Empty where it was not stopped."),
        ),
    }
    return made[name]()


def item_field(item, label):
    """The field of the answer to one item; what is left blank on the paper stays blank."""
    if item.scale == Scale.MEASUREMENT:
        return forms.CharField(
            label=format_lazy(
                "{label} ({unit})", label=label, unit=SYMBOLS.get(item.unit, item.unit)
            ),
            max_length=12,
            required=False,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        )
    if item.scale == Scale.CHOICE:
        choices = [(letter, f"{letter}) {text}") for letter, text in item.options]
    else:
        choices = [(each.value, each.label) for each in TICKS[Scale(item.scale)]]
    blank = [("", _("Left blank"))]
    return forms.ChoiceField(
        label=label, choices=blank + choices, required=False, widget=forms.RadioSelect
    )


def note_field(label):
    return forms.CharField(
        label=label,
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


def in_text(value):
    """An answer of the form as it is kept and compared."""
    if value is None or value is False:
        return ""
    if value is True:
        return TICKED
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10] if hasattr(value, "year") else f"{value:%H:%M}"
    return str(value).strip()


class TranscriptionForm(SafeFormMixin, forms.Form):
    """All that stands on the paper, in its order."""

    creates = True

    code = PaperCodeForm.base_fields["code"]

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        key = self.fields.pop("key")
        for name in HEAD:
            self.fields[name] = head_field(name)
        self.fields[WHY_STOPPED] = note_field(_("Why it was stopped"))
        for item in items:
            self.fields[f"{ANSWER}{item.code}"] = item_field(item, f"{item.code} {item.text}")
            self.fields[f"{NOTE}{item.code}"] = note_field(
                format_lazy(_("Note on {item}"), item=item.code)
            )
        self.fields["key"] = key
        head = Fieldset(
            _("The head of the form"),
            "code",
            IDENTITY,
            Row(Column(DAY), Column(BEGAN), Column(ENDED)),
            *SAFETY,
            Row(Column(STOPPED), Column(WHY_STOPPED)),
            SIGNED,
        )
        lay_out(self, head, *self._instruments(), submit=_("Hand in what I typed"))

    def _instruments(self):
        groups = {}
        for item in self.items:
            names = [f"{ANSWER}{item.code}", f"{NOTE}{item.code}"]
            groups.setdefault(item.instrument, []).extend(names)
        return [Fieldset(each.title, *names) for each, names in groups.items()]

    def clean(self):
        answers = super().clean()
        for item in self.items:
            name = f"{ANSWER}{item.code}"
            if item.scale == Scale.MEASUREMENT and name in answers:
                answers[name] = answers[name].strip().replace(",", ".")
        return answers

    def entries(self):
        """Name → answer and note, as both people's are compared."""
        said = {name: in_text(value) for name, value in self.cleaned_data.items()}
        head = {name: [said[name], said[WHY_STOPPED] if name == STOPPED else ""] for name in HEAD}
        codes = [each.code for each in self.items]
        return head | {code: [said[f"{ANSWER}{code}"], said[f"{NOTE}{code}"]] for code in codes}

    def mark(self, faults):
        """Say at each field what is wrong with it."""
        for (name, which), words in faults.items():
            if which == "note":
                self.add_error(WHY_STOPPED if name == STOPPED else f"{NOTE}{name}", words)
            else:
                self.add_error(name if name in self.fields else f"{ANSWER}{name}", words)


class PaperSettleForm(SafeFormMixin, forms.Form):
    """What stands on the paper where two people typed it differently, and why."""

    creates = True

    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        help_text=_("For example: the first read a 7 where the paper says 1."),
    )

    def __init__(self, *args, name, item=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.name, self.item = name, item
        label = _now("What stands on the paper?")
        self.fields["value"] = item_field(item, label) if item else head_field(name)
        rows = ["value", "reason"]
        if item or name == STOPPED:
            self.fields["note"] = note_field(_("Note") if item else _("Why it was stopped"))
            rows.insert(1, "note")
        lay_out(self, *rows, submit=_("Settle"))

    def entry(self):
        value = in_text(self.cleaned_data["value"])
        if self.item and self.item.scale == Scale.MEASUREMENT:
            value = value.replace(",", ".")
        return [value, in_text(self.cleaned_data.get("note"))]

    def mark(self, faults):
        for (_name, which), words in faults.items():
            self.add_error(which if which in self.fields else None, words)
