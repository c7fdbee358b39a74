"""Where a change comes from: the request of this thread, if there is one."""

from contextvars import ContextVar
from typing import NamedTuple
from uuid import UUID


class Origin(NamedTuple):
    """The request that a change comes from; empty in a job or a command."""

    ip: str | None = None
    request_id: UUID | None = None


NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)
