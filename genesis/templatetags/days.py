"""How pages write a date of which only a part is known."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language

register = template.Library()
REMEMBERED = 2048  # days: the rows of lists have few
FORMATS = {"year": "Y", "month": "YEAR_MONTH_FORMAT"}


@register.filter
def known_to(day: date | None, precision: str) -> Any:
    """`day` as far as it is known: with its month, or its year alone; nothing without a day."""
    return date_format(day, FORMATS.get(precision, "DATE_FORMAT")) if day else ""


@register.filter
def short(day: date | None) -> str:
    """`day` in figures, as tables have it; nothing without a day."""
    return _short(day, get_language()) if day else ""


@lru_cache(REMEMBERED)
def _short(day: date, language: str) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
