"""A list of people as somebody wants to find it again: filters, order and columns under a name."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Their own, and those of the offices whose people they see."""
        own = Q(owner=user, office=None)
        return self.filter(own | user.where(Permission.PERSON_VIEW, "office"))


class SavedView(models.Model):
    """What the list of people was asked, never whom it found: everybody finds who is theirs.

    One's own, or of an office, kept by its coordination. The name that was searched for
    is not part of it, so that nobody's name stays here when her file is erased.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="saved_views", editable=False
    )
    office = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("for whom"),
    )
    name = models.CharField(_("name of the view"), max_length=60)
    filters = models.JSONField(default=dict, blank=True, editable=False)
    order = models.CharField(max_length=30, blank=True, editable=False)
    columns = ArrayField(models.CharField(max_length=30), default=list, blank=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                name="saved_view_one_per_name_among_ones_own",
                condition=Q(office=None),
                violation_error_message=_("You already have a view with this name."),
            ),
            models.UniqueConstraint(
                "office",
                Lower("name"),
                name="saved_view_one_per_name_in_an_office",
                condition=Q(office__isnull=False),
                violation_error_message=_("The office already has a view with this name."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("beneficiaries:saved_view_open", args=[self.public_id])
