"""What a web server runs."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genesis.settings")
OURS = re.compile(r'charset\s*=\s*"?(utf-?8|us-ascii)\b', re.IGNORECASE)
genesis = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request, unless it claims another encoding than that of our pages.

    Django would look the name up among all of Python's codecs, some of which
    read no text, before any middleware could answer.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    if "charset" in content_type.lower() and not OURS.search(content_type):
        start_response("400 Bad Request", [("Content-Length", "0"), ("Cache-Control", "no-store")])
        return []
    answer: Iterable[bytes] = genesis(environ, start_response)
    return answer
