"""The base of the filters above lists: cheap to show, as every list page carries one."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.cache import caches
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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
    """Narrows a list by what the address says; an unknown answer narrows nothing, and is said."""

    keeps: tuple[str, ...] = ("orden",)  # what else of the address goes on with another filter
    first: tuple[str, ...] = ()  # shown at once, where the others wait to be unfolded
    bare = ""  # the address of the list with nothing asked

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data or None, *args, **kwargs)  # nothing asked, nothing to check

    @property
    def form(self) -> Any:
        if not hasattr(self, "_dressed"):
            self._dressed = super().form
            for field in self._dressed.fields.values():
                _dress(field)
        return self._dressed

    def kept(self) -> list[tuple[str, str]]:
        """What the form carries along besides its own fields."""
        return [(name, self.data[name]) for name in self.keeps if self.data.get(name)]

    def fields_html(self) -> str:
        """The fields of the form, written; empty ones are kept for a minute.

        They cost more than the rows below them, and are the same for whom
        `kept_for` says.
        """
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        key = f"filter:{name}:{get_language()}:{self.kept_for()}"
        memory = caches["memory"]
        used = [each for each in self.filters if self.data.get(each)]
        if not used:
            fields: str = memory.get_or_set(key, lambda: self._written(self._each()), MINUTE)
            return fields
        empty: dict[str, str] = memory.get_or_set(f"{key}:each", self._each_empty, MINUTE)
        return self._written(empty | {each: self._one(each) for each in used})

    def kept_for(self) -> str:
        """For whom the empty form is the same: choices that are looked up are somebody's own."""
        asked = (each.extra.get("queryset") for each in self.filters.values())
        return f"{self.request.user.pk}" if any(map(callable, asked)) else ""

    def _each(self) -> dict[str, str]:
        return {name: self._one(name) for name in self.filters}

    def _each_empty(self) -> dict[str, str]:
        empty = type(self)(None, queryset=self.queryset, request=self.request)
        return empty._each()

    def _one(self, name: str) -> str:
        return render_to_string("components/filter_field.html", {"field": self.form[name]})

    def _written(self, fields: dict[str, str]) -> str:
        first = [name for name in fields if not self.first or name in self.first]
        others = [name for name in fields if name not in first]
        context = {
            "first": [fields[name] for name in first],
            "others": [fields[name] for name in others],
            "unfolded": any(self.data.get(name) for name in others),
        }
        return render_to_string("components/filter_fields.html", context)

    def chips(self) -> list[dict[str, str]]:
        """The filters in use, each with the address of the list without it."""
        return [{"label": self._said(name), "url": self._without(name)} for name in self.in_use()]

    def in_use(self) -> list[str]:
        """The filters that narrow the list: those whose answer was understood."""
        if not self.is_bound:
            return []
        self.is_valid()  # what is no answer stays out of `cleaned_data`
        return [name for name, value in self.form.cleaned_data.items() if value not in EMPTY]

    def problems(self) -> list[str]:
        """What the address asks that is no answer: the list goes on without it, and says so."""
        if not self.is_bound:
            return []
        return [
            f"{self.form.fields[name].label}: {text}"
            for name, texts in self.form.errors.items()
            for text in texts
        ]

    def _said(self, name: str) -> str:
        field, value = self.form.fields[name], self.form.cleaned_data[name]
        if isinstance(value, date):
            return f"{field.label}: {date_format(value, 'SHORT_DATE_FORMAT')}"
        if isinstance(value, Model):
            return f"{field.label}: {value}"
        choices = {str(code): label for code, label in getattr(field, "choices", [])}
        return f"{field.label}: {choices.get(str(value), value)}"

    def _without(self, name: str) -> str:
        left = self.data.copy()
        for each in (name, "despues", "antes"):
            left.pop(each, None)
        for each in [each for each in left if not left[each]]:
            left.pop(each)
        return f"?{left.urlencode() or self.bare}"


def _dress(field: Any) -> None:
    # in words of ours: the page repeats nothing out of an address that anybody may have written
    if "invalid_choice" in field.error_messages:
        field.error_messages["invalid_choice"] = _("What the address says is no choice here.")
    if isinstance(field.widget, forms.Select):
        field.widget = PlainSelect()
        field.widget.choices = field.choices
    else:
        field.widget.attrs["class"] = "form-control"
