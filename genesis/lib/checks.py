"""What `manage.py check` asks of the machine that Genesis runs on."""

from importlib import import_module
from typing import Any

from django.core.checks import CheckMessage, Error


def subsetter_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """WeasyPrint finds the library that cuts fonts: without it a PDF takes three times as long."""
    # By name, so that only who runs the checks pays for loading WeasyPrint.
    if import_module("weasyprint.text.ffi").harfbuzz_subset is not None:
        return []
    return [
        Error(
            "WeasyPrint does not find HarfBuzz's font subsetter.",
            hint="Install the package libharfbuzz-subset0.",
            id="genesis.E001",
        )
    ]
