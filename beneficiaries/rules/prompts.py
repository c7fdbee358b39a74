"""What a file leads to: the flag and the prompts that follow from its papers and journeys."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from beneficiaries.choices import DUI_TYPES, DocStatus, DocType


class Prompt(NamedTuple):
    """Something to offer a person, by the code of the list that it belongs to."""

    kind: str  # «flag» (vulnerability), «legal» (legal_type) or «need»
    code: str
    text: str


def prompts_of(documents: Iterable[tuple[str, str]]) -> list[Prompt]:
    """What follows from somebody's papers, each given as its type and state (story S01)."""
    papers = list(documents)
    if any(status == DocStatus.VALID and kind != DocType.NONE for kind, status in papers):
        return []
    found = [
        Prompt("flag", "undocumented", _("Without a valid document")),
        Prompt("need", "documents", _("Need: documents")),
    ]
    missing = {status for kind, status in papers if kind in DUI_TYPES}
    first = papers and DocStatus.NEVER in missing
    what = _("DUI: first time") if first else _("DUI: replacement")
    if not missing or missing - {DocStatus.IN_PROCESS}:
        found.append(Prompt("legal", "dui", what))
    return found
