"""What the apps above contribute to an organization's page, and why it may still be needed.

They fill these lists from their `AppConfig.ready()`; accounts reads them and
imports nobody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Organization, User


@dataclass(frozen=True)
class Panel:
    """What an organization is to one area: some facts, and where they are changed."""

    title: Any
    rows: list[dict[str, Any]] = field(default_factory=list)  # label, value
    text: Any = ""  # instead of facts that are not there yet
    url: str = ""
    action: Any = ""


@dataclass(frozen=True)
class Use:
    """Something for which an organization is needed as what it is."""

    text: str
    kind: str = ""  # the kind that it cannot lose while this stands; none: it may lose any
    hinders_end: bool = True


PANELS: list[Callable[[Organization, User], Iterator[Panel]]] = []
USES: list[Callable[[Organization], Iterator[Use]]] = []


def uses_of(organization: Organization) -> list[Use]:
    return [use for each in USES for use in each(organization)]
