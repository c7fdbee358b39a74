from importlib import import_module

from django.apps import AppConfig
from django.db.models import fields
from django.utils.translation import gettext_lazy as _


class GenesisConfig(AppConfig):
    name = "genesis"

    def ready(self):
        import_module("genesis.lib.checks")
        # The first line of a list that nobody has chosen from; Django's own has no Spanish.
        fields.BLANK_CHOICE_LABEL = _("Choose one")
