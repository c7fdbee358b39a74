"""The addresses of the rows of a list: worked out once for each page, not once for each row."""

from functools import cache
from uuid import UUID

from django.urls import reverse

NOBODY = UUID(int=0)


def address_of(page: str, public_id: UUID) -> str:
    """What `reverse` says of a record's page, for the pages of which lists show many."""
    before, after = _around(page)
    return f"{before}{public_id}{after}"


@cache
def _around(page: str) -> tuple[str, str]:
    before, _id, after = reverse(page, args=[NOBODY]).partition(str(NOBODY))
    return before, after
