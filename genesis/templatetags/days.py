"""How pages write a date of which only a part is known."""

from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format

register = template.Library()
FORMATS = {"year": "Y", "month": "YEAR_MONTH_FORMAT"}


@register.filter
def known_to(day: date | None, precision: str) -> Any:
    """`day` as far as it is known: with its month, or its year alone; nothing without a day."""
    return date_format(day, FORMATS.get(precision, "DATE_FORMAT")) if day else ""
