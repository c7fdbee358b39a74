"""Pages as PDF, without reach to anything but the project's own print folder."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

PRINT = settings.BASE_DIR / "templates" / "print"  # style sheet, logos, the font and its licence


class ClosedFetcher(URLFetcher):
    """Reach what is written into the page as `data:`, and the files of PRINT.

    Any other address is an error, so that no text in a record can make the
    server read a file or call another machine.
    """

    def __init__(self) -> None:
        super().__init__(
            allowed_protocols=["data", "file"], allow_redirects=False, fail_on_errors=True
        )

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        file = Path(url2pathname(parts.path)).resolve()
        if parts.scheme.lower() == "file" and not file.is_relative_to(PRINT):
            raise ValueError("not for print")
        return super().fetch(url, headers)


@cache
def closed_fetcher() -> ClosedFetcher:
    """The fetcher of this process: each that is made reads the machine's certificates anew."""
    return ClosedFetcher()


@cache
def _kept() -> tuple[FontConfiguration, CSS]:
    """What every PDF of this process shares: made anew each time, it costs half and leaks."""
    fonts = FontConfiguration()
    style = CSS(PRINT / "print.css", url_fetcher=closed_fetcher(), font_config=fonts)
    return fonts, style


def write_pdf(html: str, **options: Any) -> bytes:
    """Return a page as the bytes of a PDF, in the look and the font of the project."""
    fonts, style = _kept()
    page = HTML(string=html, base_url=PRINT.as_uri() + "/", url_fetcher=closed_fetcher())
    return page.write_pdf(stylesheets=[style], font_config=fonts, **options)
