"""Who may open a view: one declaration, enforced by the middleware and read by the tests."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied

PUBLIC, SIGNED_IN = "public", "signed_in"


def allow(policy: str) -> Callable[[Any], Any]:
    """Declare who may open a view: whoever holds the permission `policy` somewhere.

    DefaultDenyMiddleware enforces the declaration, and the test of SEC-2 reads
    it. Whether it covers the record at hand, the view asks: `require(can_…)`.
    """

    def declare(view: Any) -> Any:
        view.policy = policy
        view.login_required = policy != PUBLIC
        return view

    return declare


public, signed_in = allow(PUBLIC), allow(SIGNED_IN)


def require(granted: bool) -> None:
    """Go on only if the user may do this with the record at hand; otherwise it is a 403."""
    if not granted:
        raise PermissionDenied
