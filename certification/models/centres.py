"""What some organizations are to certification: centres that assess, bodies that certify."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.roles import GRANTS, Permission, Role
from beneficiaries.models import District


def only_manages(user, permission):
    """Whether it is only as the manager of centres that `user` has `permission`, or not at all."""
    held = {Role(each.role) for each in user.current_roles}
    return {each for each in held if permission in GRANTS[each]} <= {Role.CENTRE_MANAGER}


class CentreQuerySet(models.QuerySet):
    def active(self):
        """Those where assessments can still be planned: of organizations that have not ended."""
        return self.filter(organization__ended_at=None)

    def visible_to(self, user):
        """All; for who manages centres and has no other part, the own ones."""
        if not only_manages(user, Permission.CENTRE_VIEW):
            return self.all()
        return self.filter(user.where(Permission.CENTRE_VIEW, "organization"))

    def for_list(self):
        """Ready to be shown as rows, each with its accreditations; a row is known by its page."""
        held = self.model._meta.get_field("accreditations").related_model.objects
        shown = held.exclude(state__in=["rejected", "revoked"]).select_related("standard")
        return (
            self.annotate(public_id=F("organization__public_id"))
            .select_related("organization", "district")
            .prefetch_related(
                models.Prefetch(
                    "accreditations",
                    shown.order_by("standard__code", "-valid_until", "pk"),
                    to_attr="shown_accreditations",
                )
            )
        )


class Centre(models.Model):
    """An organization where practical assessments take place."""

    version = models.PositiveIntegerField(default=1, editable=False)
    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="centre"
    )
    code = models.CharField(_("code"), max_length=12, unique=True)  # CE-SS-03
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="+", verbose_name=_("district")
    )

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation centre")
        verbose_name_plural = _("evaluation centres")

    def __str__(self):
        return f"{self.code} · {self.organization.name}"

    def get_absolute_url(self):
        return reverse("certification:centre_detail", args=[self.organization.public_id])


class CertifyingBodyQuerySet(models.QuerySet):
    def on(self, day):
        """Those that could certify on `day`: bodies come and go."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)


class CertifyingBody(models.Model):
    """In whose name certificates are issued, from one day until another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="certifying_bodies"
    )
    printed_name = models.CharField(_("name on the certificate"), max_length=150)
    folio_prefix = models.CharField(_("prefix of the folios"), max_length=6)
    website = models.URLField(_("website"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    valid_from = models.DateField(_("certifies from"))
    valid_until = models.DateField(_("certifies until"), null=True, blank=True)

    objects = CertifyingBodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("certifying body")
        verbose_name_plural = _("certifying bodies")
        constraints = [
            models.CheckConstraint(
                name="certifying_body_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="certifying_body_prefix_makes_a_folio",
                condition=Q(folio_prefix__regex=r"^[A-Z][A-Z0-9]*$"),
            ),
            ExclusionConstraint(
                name="certifying_body_one_at_a_time",
                expressions=[
                    (
                        Func(
                            F("valid_from"),
                            F("valid_until"),
                            RangeBoundary(inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
        ]

    def __str__(self):
        return self.printed_name
