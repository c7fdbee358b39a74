"""Public pages that nobody but who was given their address is to come across."""

from collections.abc import Callable
from functools import wraps
from typing import Any

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def unlisted(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let neither search engines nor caches nor other sites learn what was asked here.

    Nor our own log, which would keep the address of each answer that is not 200:
    a secret may be a part of it.
    """

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers[name] = value
        response._has_been_logged = True
        return response

    return answer
