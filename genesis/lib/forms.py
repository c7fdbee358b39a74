"""What every form carries, and the fields that several apps ask with."""

import uuid
from datetime import MAXYEAR, date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, Submit
from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from genesis.lib.states import StaleRecord
from genesis.lib.textclean import UnreadableText, clean_text

# Django's own text for an empty choice, which its Spanish catalogue lacks: named here, ours has it.
EMPTY_CHOICE = gettext_noop("- Select an option -")


class SafeFormMixin:
    """Make a form safe to send twice, and safe on a page that has grown old.

    A form that creates carries a key of its own, one that changes a record the
    `version` that the page showed. Both go to the action with the answers. A
    form without a model that creates something says so: `creates = True`. All
    text that people type goes through one cleaner.
    """

    creates = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instance = getattr(self, "instance", None)
        for field in self.fields.values():  # type: ignore[attr-defined]
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.Textarea):
                field.widget.attrs.setdefault("autocomplete", "off")
        if self.creates or (instance is not None and not instance.pk):
            self.fields["key"] = forms.UUIDField(  # type: ignore[attr-defined]
                widget=forms.HiddenInput, initial=uuid.uuid4
            )
        elif instance is not None:
            self.fields["version"] = forms.IntegerField(  # type: ignore[attr-defined]
                widget=forms.HiddenInput, initial=instance.version
            )

    def _clean_fields(self) -> None:
        super()._clean_fields()
        answers = self.cleaned_data  # type: ignore[attr-defined]
        for name, value in [item for item in answers.items() if isinstance(item[1], str)]:
            try:
                answers[name] = cleaned(self.fields[name], value)  # type: ignore[attr-defined]
            except ValidationError as error:
                self.add_error(name, error)  # type: ignore[attr-defined]


def cleaned(field: forms.Field, text: str) -> str:
    """Text as it is kept (see `clean_text`); raises ValidationError for what no one can read."""
    try:
        text = clean_text(text, multiline=isinstance(field.widget, forms.Textarea))
    except UnreadableText as error:
        raise ValidationError(str(error)) from None
    if field.required and not text:
        raise ValidationError(field.error_messages["required"], code="required")
    return text


def lay_out(form: Any, *rows: Any, submit: Any) -> None:
    """Say in which order a form asks, and what its button says."""
    form.helper = FormHelper()
    form.helper.attrs = {"novalidate": ""}  # the server's messages are in the page's language
    form.helper.render_hidden_fields = True  # the key, or the version
    form.order_fields([each.name for each in Layout(*rows).get_field_names()])
    button = Submit("save", submit, css_class="btn-primary")
    form.helper.layout = Layout(*rows, Div(button, css_class="botones"))


def ask_only_with(form: Any, name: str, answer: str, *, needed: bool = False) -> None:
    """Show a field only with some answer to another (static/js/fields.js says how it is written).

    One that is `needed` then is marked as such: the form itself says that it is missing.
    """
    field = form.fields[name]
    field.widget.attrs["data-only-with"] = answer
    if needed:
        field.label = format_html('{}<span class="asteriskField">*</span>', field.label)


def add_errors(form: forms.BaseForm, error: Exception) -> None:
    """Show what an action refused: at the fields that the form has, all else above them."""
    if isinstance(error, StaleRecord):
        now = _("See in another tab what is stored now")
        form.add_error(None, format_html('{} <a href="" target="_blank">{}</a>', str(error), now))
        return
    if not isinstance(error, ValidationError):
        form.add_error(None, str(error))
        return
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, texts in by_field.items():
        form.add_error(name if name in form.fields else None, texts)


def shown_version(request: HttpRequest) -> int:
    """The version of the record that the page showed, from a form that is only a button."""
    try:
        return int(request.POST["version"])
    except (KeyError, ValueError):
        raise BadRequest from None


def shown_key(request: HttpRequest) -> uuid.UUID:
    """The key that the page carried, from a form that is only a button and creates something."""
    try:
        return uuid.UUID(request.POST["key"])
    except (KeyError, ValueError):
        raise BadRequest from None


class DateInput(forms.DateInput):
    """An appointment's day: the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """An appointment's hour: the browser's own clock."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class PartialDateWidget(forms.MultiWidget):
    """Day, month and year, each in a box of its own: what people remember of a date."""

    template_name = "genesis/widgets/partial_date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        digits = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            {
                "day": forms.TextInput({**digits, "maxlength": 2}),
                "month": forms.TextInput({**digits, "maxlength": 2}),
                "year": forms.TextInput({**digits, "maxlength": 4}),
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[int | None]:
        return _known_parts(value)


def _known_parts(value: tuple[date | None, str] | None) -> list[int | None]:
    """Day, month and year of a date with its precision; None for what is not known."""
    day, precision = value or (None, "")
    if day is None:
        return [None, None, None]
    return [
        day.day if precision == "day" else None,
        day.month if precision in {"day", "month"} else None,
        day.year,
    ]


IMAGES = "image/jpeg,image/png,image/webp"  # as a browser asks for them


class UploadField(forms.FileField):
    """A photo or a PDF, unless told otherwise, no larger than what is kept."""

    def __init__(self, *, accept: str = f"{IMAGES},application/pdf", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("A photo (JPG, PNG, WebP) or a PDF, of at most 10 MB."))
        super().__init__(widget=forms.FileInput(attrs={"accept": accept}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // (1024 * 1024)
            raise ValidationError(_("The file is larger than {most} MB.").format(most=most))
        return file


class PartialDateField(forms.MultiValueField):
    """A date of which day, or day and month, may be unknown: cleans to (date, precision).

    The precision is `day`, `month` or `year`; what is unknown stands as the
    first day or month. Cleans to (None, "") when nothing was entered.
    """

    widget = PartialDateWidget

    def __init__(self, *, after: int = 1900, required: bool = True, **kwargs: Any) -> None:
        self.after = after
        fields = [forms.CharField(required=False) for _part in range(3)]
        super().__init__(fields, required=required, require_all_fields=False, **kwargs)

    def prepare_value(self, value: Any) -> list[Any]:
        """What the three boxes show: what was typed, or the parts of a date that is known."""
        return value if isinstance(value, list) else _known_parts(value)

    def compress(self, data_list: list[str]) -> tuple[date | None, str]:
        parts = [part.strip() for part in data_list] if data_list else ["", "", ""]
        if not any(parts):
            return None, ""
        if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts if part):
            raise ValidationError(_("Write the date with digits, for example 21, 11, 1990."))
        day, month, year = (int(part) if part else None for part in parts)
        return self._date(day, month, year)

    def _date(self, day: int | None, month: int | None, year: int | None) -> tuple[date, str]:
        if year is None:
            raise ValidationError(_("Write the year, with four digits."))
        if not self.after <= year <= MAXYEAR - 1:
            raise ValidationError(_("Write the year with four digits, from %d on.") % self.after)
        if day is not None and month is None:
            raise ValidationError(_("Write the month, or leave the day empty too."))
        try:
            exact = date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError:
            raise ValidationError(_("There is no such day in the calendar.")) from None
        return exact, "year" if month is None else "month" if day is None else "day"
