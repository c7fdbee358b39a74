"""Code lists that no rule reads: rows, in two languages."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class LookupQuerySet(models.QuerySet):
    def of(self, name):
        """The codes of one list that can still be chosen, in its order."""
        return self.filter(list=name, retired=False).order_by("position", "pk")


class LookupValue(models.Model):
    """One code of an editable list: retired when it is used no more, and never deleted.

    A trigger refuses to delete it and to change which code of which list it is.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    list = models.CharField(max_length=30)
    code = models.CharField(_("code"), max_length=30)
    es = models.CharField(_("text in Spanish"), max_length=120)
    en = models.CharField(_("text in English"), max_length=120)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    alias = models.CharField(_("what people here call it"), max_length=200, blank=True)
    retired = models.BooleanField(default=False)

    objects = LookupQuerySet.as_manager()

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [
            models.UniqueConstraint(name="lookup_value_once_per_list", fields=["list", "code"])
        ]
        indexes = [models.Index(name="lookup_in_order", fields=["list", "position", "id"])]

    def __str__(self):
        return self.en if get_language() == "en" else self.es

    def list_address(self):
        """The page of the list to which it belongs."""
        return reverse("programme:code_list_detail", args=[self.list])
