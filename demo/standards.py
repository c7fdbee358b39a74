"""Standards that are being written: one begins, another one waits for its committee."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from accounts.models import User
from accounts.roles import Role
from certification.actions import committee, drafts
from certification.models import StandardDraft
from certification.rules.standard_document import row_at
from certification.rules.standard_parts import in_hundredths
from demo.cast import Cast, address
from demo.clock import at

# What the next version weighs otherwise: the place of an item, and by how many hundredths.
SHIFTS = {(0, 0): -50, (0, 1): 50}


def write_standards(cast: Cast, *, today: date) -> None:
    """The officer writes the next version of the last standard, coordination a new one."""
    assert cast.officer is not None
    with at(today - timedelta(days=9)):
        draft = drafts.copy_version(cast.standards[-1], key=uuid4(), by=cast.officer)
        draft = _shift_weight(draft, by=cast.officer)
    with at(today - timedelta(days=6)):
        draft = committee.send_to_committee(draft, version=draft.version, by=cast.officer)
    with at(today - timedelta(days=2)):
        committee.approve_draft(draft, version=draft.version, by=cast.verifiers[0])
    coordinator = User.objects.get(email=address(Role.PROGRAMME_COORDINATOR))
    with at(today - timedelta(days=1)):
        _begin(coordinator)


def _shift_weight(draft: StandardDraft, *, by: User) -> StandardDraft:
    """Weigh one item by half a point less and another by as much more."""
    for place, change in SHIFTS.items():
        row = row_at(drafts.whole_document(draft), "item", place)
        weight = int(Decimal(row["peso"]) * 100) + change
        row = {**row, "peso": in_hundredths(weight)}
        draft = drafts.change_row(
            draft, version=draft.version, kind="item", numbers=place, row=row, by=by
        )
    return draft


def _begin(by: User) -> None:
    begun = drafts.begin_draft(
        key=uuid4(),
        code="TUR-001",
        title="Atención de mesas en restaurantes",
        sector="turismo",
        by=by,
    )
    unit = {"codigo": "TUR-001-U1", "titulo": "Atender mesas"}
    drafts.add_row(begun, version=begun.version, kind="unidad", above=(), row=unit, by=by)
