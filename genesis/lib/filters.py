"""The base of the filters above lists: cheap to show, as every list page carries one."""

from typing import Any

import django_filters
from django import forms
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

MINUTE = 60
EMPTY = (None, "", [])
SELECTED = mark_safe(" selected")


class PlainSelect(forms.Select):
    """A choice list written in one go; Django's renders a template for every option."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (
                    "" if code is None else code,
                    SELECTED if str(code or "") == chosen else "",
                    label,
                )
                for code, label in self.choices
            ),
        )
        identifier = (attrs or {}).get("id", f"id_{name}")
        return format_html(
            '<select name="{}" id="{}" class="form-select">{}</select>', name, identifier, options
        )


class ListFilter(django_filters.FilterSet):
    """Narrows a list by what the address says; an unknown answer narrows nothing."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data or None, *args, **kwargs)  # nothing asked, nothing to check

    @property
    def form(self) -> Any:
        if not hasattr(self, "_dressed"):
            self._dressed = super().form
            for field in self._dressed.fields.values():
                _dress(field)
        return self._dressed

    def fields_html(self) -> str:
        """The fields of the form, written; those of the empty form are kept for a minute.

        They cost more than the rows below them, and are the same for everybody,
        unless `kept_for` says for whom.
        """
        if any(self.data.get(name) for name in self.filters):
            return self._written()
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        key = f"filter:{name}:{get_language()}:{self.kept_for()}"
        fields: str = caches["memory"].get_or_set(key, self._written, MINUTE)
        return fields

    def kept_for(self) -> str:
        """For whom the empty form is the same; for everybody where a filter does not say."""
        return ""

    def _written(self) -> str:
        return render_to_string("components/filter_fields.html", {"form": self.form})

    def chips(self) -> list[dict[str, str]]:
        """The filters in use, each with the address of the list without it."""
        if not self.is_valid():
            return []
        used = [name for name, value in self.form.cleaned_data.items() if value not in EMPTY]
        return [{"label": self._said(name), "url": self._without(name)} for name in used]

    def _said(self, name: str) -> str:
        field, value = self.form.fields[name], self.form.cleaned_data[name]
        choices = {str(code): label for code, label in getattr(field, "choices", [])}
        code = str(getattr(value, "pk", value))
        return f"{field.label}: {choices.get(code, value)}"

    def _without(self, name: str) -> str:
        left = self.data.copy()
        for each in (name, "despues", "antes"):
            left.pop(each, None)
        return f"?{left.urlencode()}"


def _dress(field: Any) -> None:
    if isinstance(field.widget, forms.Select):
        field.widget = PlainSelect()
        field.widget.choices = field.choices
    else:
        field.widget.attrs["class"] = "form-control"
