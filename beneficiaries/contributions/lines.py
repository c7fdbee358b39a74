"""The lines of «Hoy» that are about somebody."""

from typing import Any

from accounts.registry import Line
from beneficiaries.models import Person


def about(person: Person, title: Any, url: str, **more: Any) -> Line:
    """A line that names somebody, whose reading is logged."""
    return Line(f"{person.display_name}: {title}", url, person=person.pk, **more)
