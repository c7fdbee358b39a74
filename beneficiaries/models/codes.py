"""Code lists that no rule reads: rows, in two languages (DECISIONS 52)."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class LookupQuerySet(models.QuerySet):
    def of(self, name):
        """The codes of one list that can still be chosen, in its order."""
        return self.filter(list=name, retired=False).order_by("position", "pk")


class LookupValue(models.Model):
    """One code of an editable list; a used code is retired, never deleted."""

    list = models.CharField(max_length=30)
    code = models.CharField(max_length=30)
    es = models.CharField(max_length=120)
    en = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    alias = models.CharField(max_length=200, blank=True)  # what people here call it
    retired = models.BooleanField(default=False)

    objects = LookupQuerySet.as_manager()

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [
            models.UniqueConstraint(name="lookup_value_once_per_list", fields=["list", "code"])
        ]

    def __str__(self):
        return self.en if get_language() == "en" else self.es
