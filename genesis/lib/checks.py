"""What `manage.py check` asks of the machine that Genesis runs on."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register


@register
def subsetter_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """WeasyPrint finds the library that cuts fonts: without it a PDF takes three times as long."""
    # By name, so that only who runs the checks pays for loading WeasyPrint.
    if import_module("weasyprint.text.ffi").harfbuzz_subset is not None:
        return []
    return [
        checks.Error(
            "WeasyPrint does not find HarfBuzz's font subsetter.",
            hint="Install the package libharfbuzz-subset0.",
            id="genesis.E001",
        )
    ]


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Staff need a second factor to sign in (SEC-11); only a demonstration may do without."""
    if settings.MFA_REQUIRED:
        return []
    return [
        checks.Warning(
            "Whoever guesses a password gets in: MFA_REQUIRED is off.",
            hint="Set MFA_REQUIRED=1; people set up their second factor when they next sign in.",
            id="genesis.W001",
        )
    ]
