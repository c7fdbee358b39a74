import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.staticfiles import finders

from genesis.gallery import components

STATIC = settings.BASE_DIR / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = settings.BASE_DIR / "templates"
BUDGET = 90_000  # bytes of a cold page, as they travel

OTHER_HOST = re.compile(
    r"""(?:src|href|action|data-hx-\w+)=["'](?:https?:)?//|@import|url\(['"]?http"""
)
INLINE = re.compile(
    r"<style\b|\sstyle=|\son[a-z]+=[\"']|href=[\"']javascript:|<script(?![^>]*\ssrc=)",
    re.IGNORECASE,
)


def all_templates():
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".svg"})


def travelling(content):
    return len(brotli.compress(content, quality=5))


def test_vendored_files_are_those_that_were_fetched():
    listed = {}
    for package in json.loads((VENDOR / "vendor.json").read_text()):
        listed |= package["files"]

    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }

    assert found == listed


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.[cj]s*")), ids=lambda path: path.name)
def test_static_files_name_no_source_map(path):
    assert b"sourceMappingURL" not in path.read_bytes()


@pytest.mark.parametrize("path", all_templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_fetches_nothing_from_other_hosts(path):
    assert OTHER_HOST.findall(path.read_text()) == []


def templates_of_pages():
    """All but those that go to paper, which no browser sees."""
    return [path for path in all_templates() if not path.is_relative_to(TEMPLATES / "print")]


@pytest.mark.rule("SEC-25")
@pytest.mark.parametrize(
    "path", templates_of_pages(), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_template_has_nothing_inline(path):
    assert INLINE.findall(path.read_text()) == []


def test_cold_page_travels_within_the_budget(rf):
    request = rf.get("/componentes/")
    request.user, request.session = AnonymousUser(), {}
    request._messages = FallbackStorage(request)
    gallery_page = components(request).content.decode()
    files = [
        "vendor/bootstrap-5.3.9/bootstrap.min.css",
        "css/genesis.css",
        "django_htmx/htmx-2.min.js",
        "js/app.js",
        "js/fields.js",
        "js/drafts.js",
        "img/brand.svg",
    ]
    assert set(re.findall(r'(?:src|href)="/static/([^"]+)"', gallery_page)) == set(files)

    sizes = {name: travelling(Path(finders.find(name)).read_bytes()) for name in files}
    sizes["page"] = travelling(gallery_page.encode())

    assert sum(sizes.values()) < BUDGET, sizes


def luminance(colour):
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("tinta", "papel", 7),
        ("tinta-2", "papel", 4.5),
        ("tinta-2", "lino", 4.5),
        ("anil", "papel", 4.5),
        ("anil", "anil-1", 4.5),
        ("blanco", "anil", 4.5),
        ("blanco", "anil-9", 7),
        ("blanco", "rojo", 4.5),
        ("barra-tenue", "barra-campo", 4.5),
        ("torogoz", "torogoz-1", 4.5),
        ("maqui", "maqui-1", 4.5),
        ("ocre", "ocre-1", 4.5),
        ("rojo", "rojo-1", 4.5),
        ("borde", "papel", 3),
        ("barra-borde", "anil-9", 3),
        ("torogoz", "lino", 3),
    ],
)
def test_colours_can_be_told_apart(front, back, least):
    css = (STATIC / "css" / "genesis.css").read_text()
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", css))

    assert contrast(tokens[front], tokens[back]) >= least
