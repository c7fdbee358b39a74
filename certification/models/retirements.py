"""Published versions of a standard that turned out to be faulty: by whom retired, and why."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.models.standards import StandardVersion


class StandardRetirement(models.Model):
    """That a version is begun with no more, for a reason; it stays as it was written.

    A version that another one follows ends by its dates, and has none.
    """

    standard_version = models.OneToOneField(
        StandardVersion, on_delete=models.PROTECT, related_name="retirement"
    )
    reason = models.CharField(_("reason"), max_length=500)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("retirement of a standard")
        verbose_name_plural = _("retirements of standards")
        constraints = [
            models.CheckConstraint(name="standard_retirement_has_a_reason", condition=~Q(reason=""))
        ]

    def __str__(self):
        return str(self.standard_version)
