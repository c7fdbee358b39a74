"""What people agreed to, purpose by purpose; and who came but did not agree (CASE-3)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import ConsentChannel, ConsentPurpose, Sex
from beneficiaries.models.people import Person
from beneficiaries.models.places import District


class Notice(models.Model):
    """The privacy notice as it was read out: a change is a new version."""

    number = models.PositiveSmallIntegerField(unique=True)
    text = models.TextField()
    valid_from = models.DateField()

    def __str__(self):
        return f"v{self.number}"


class ConsentQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(granted=True, withdrawn_at=None)

    def for_purpose(self, purpose):
        return self.filter(purpose=purpose)


class Consent(models.Model):
    """One answer of a person to one purpose, and how it was given."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose)
    granted = models.BooleanField(_("granted"))
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    channel = models.CharField(_("given by"), max_length=20, choices=ConsentChannel)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    witness = models.CharField(_("witness"), max_length=120, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                name="consent_codes_are_known",
                condition=Q(purpose__in=ConsentPurpose.values, channel__in=ConsentChannel.values),
            ),
            models.CheckConstraint(
                name="consent_by_thumbprint_has_a_witness",
                condition=~Q(channel="thumbprint") | ~Q(witness=""),
                violation_error_message=_("A thumbprint needs a witness."),
            ),
            models.CheckConstraint(
                name="consent_withdrawn_by_somebody_at_some_time",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, granted=True),
            ),
            models.UniqueConstraint(
                name="consent_one_in_force_per_purpose",
                fields=["person", "purpose"],
                condition=Q(granted=True, withdrawn_at=None),
            ),
        ]

    def __str__(self):
        return self.get_purpose_display()

    @property
    def can_be_withdrawn(self):
        """Whoever takes back the registration itself closes her file, which is not a click."""
        return (
            self.granted and not self.withdrawn_at and self.purpose != ConsentPurpose.REGISTRATION
        )


class HeadCount(models.Model):
    """Somebody who came and did not agree to be registered: nothing that names her (CASE-3)."""

    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    sex = models.CharField(_("sex"), max_length=1, choices=Sex)
    age_band = models.CharField(_("age"), max_length=10)
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("district")
    )
    import_sha256 = models.CharField(max_length=64, blank=True)
    import_row = models.PositiveIntegerField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="head_count_once_per_row_of_a_file",
                fields=["import_sha256", "import_row"],
                condition=~Q(import_sha256=""),
            )
        ]

    def __str__(self):
        return f"{self.on}"
