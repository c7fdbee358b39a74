"""What people agreed to, purpose by purpose; and who came but did not agree (CASE-3)."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import (
    CONSENT_TONES,
    ConsentChannel,
    ConsentPurpose,
    ConsentState,
    Sex,
)
from beneficiaries.models.people import Person
from beneficiaries.models.places import District
from genesis.lib.codes import show_short_code

RENEWAL = timedelta(days=30)  # how long what was agreed to goes on after its text changed


class Notice(models.Model):
    """The privacy notice as it was read out: a change is a new version."""

    number = models.PositiveSmallIntegerField(unique=True)
    text = models.TextField()
    valid_from = models.DateField()

    def __str__(self):
        return f"v{self.number}"


class PurposeText(models.Model):
    """What is read aloud about one purpose, from a version of the notice on.

    A version brings only the texts that changed with it: whoever agreed to an
    older one is asked again, and nobody else (5.2).
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="texts")
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose)
    text = models.TextField(_("text"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="purpose_text_once_per_notice", fields=["notice", "purpose"]
            ),
            models.CheckConstraint(
                name="purpose_text_is_of_a_known_purpose",
                condition=Q(purpose__in=ConsentPurpose.values) & ~Q(text=""),
            ),
        ]

    def __str__(self):
        return f"{self.notice} {self.get_purpose_display()}"


class ConsentQuerySet(models.QuerySet):
    def standing(self):
        """The yes that nobody took back and no newer one replaced; it may have expired."""
        return self.filter(granted=True, withdrawn_at=None, replaced_at=None)

    def standing_at(self, at):
        """The same at a moment: given by then, and taken back or replaced after it."""
        return self.filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gt=at),
            Q(replaced_at=None) | Q(replaced_at__gt=at),
            granted=True,
            given_at__lte=at,
        )

    def with_renewal(self):
        """With the day since which another text is read for the purpose, if there is one."""
        newer = PurposeText.objects.filter(
            purpose=OuterRef("purpose"),
            notice__number__gt=OuterRef("notice__number"),
            notice__valid_from__lte=timezone.localdate(),
        )
        days = newer.order_by("notice__number").values("notice__valid_from")
        return self.annotate(renew_since=Subquery(days[:1]))

    def in_force(self):
        """What may go on today: also what is to be asked again, for thirty days.

        Of somebody whose data are restricted nothing goes on, whatever she agreed to.
        """
        today = timezone.localdate()
        return (
            self.standing()
            .with_renewal()
            .filter(
                Q(expires_on=None) | Q(expires_on__gte=today),
                Q(renew_since=None) | Q(renew_since__gte=today - RENEWAL),
                person__restricted_at=None,
            )
        )

    def for_new_sharing(self):
        """What lets something new go out: not while the text is to be read again."""
        return self.in_force().filter(renew_since=None)

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
    recording = models.CharField(_("where the recording is kept"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawn_reason = models.CharField(
        _("reason of the withdrawal"), max_length=500, blank=True, editable=False
    )
    expires_on = models.DateField(
        _("counts until"), null=True, editable=False
    )  # the last day on which it counts
    replaced_at = models.DateTimeField(
        _("replaced by a newer one at"), null=True, editable=False
    )  # by a newer yes

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
                name="consent_by_voice_says_where_it_is_recorded",
                condition=~Q(channel="verbal_recorded") | ~Q(recording=""),
                violation_error_message=_("Say where the recording is kept."),
            ),
            models.CheckConstraint(
                name="consent_withdrawn_by_somebody_at_some_time",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, granted=True),
            ),
            models.UniqueConstraint(
                name="consent_one_in_force_per_purpose",
                fields=["person", "purpose"],
                condition=Q(granted=True, withdrawn_at=None, replaced_at=None),
            ),
        ]

    def __str__(self):
        return self.get_purpose_display()

    @property
    def state(self):
        """Where this answer stands today; of rows that were read `with_renewal`."""
        if not self.granted:
            return ConsentState.REFUSED
        if self.withdrawn_at:
            return ConsentState.WITHDRAWN
        if self.expires_on and self.expires_on < timezone.localdate():
            return ConsentState.EXPIRED
        return ConsentState.TO_RENEW if self.renew_since else ConsentState.GRANTED

    @property
    def tone(self):
        return CONSENT_TONES[self.state]

    @property
    def goes_on_until(self):
        """The last day of what is going on, while the text is to be read again."""
        return self.renew_since + RENEWAL

    @property
    def can_be_withdrawn(self):
        """Whoever takes back the registration itself closes her file, which is not a click."""
        return (
            self.granted
            and not self.withdrawn_at
            and not self.replaced_at
            and self.purpose != ConsentPurpose.REGISTRATION
        )


class ConsentReceipt(models.Model):
    """What a person took home: her answers of that day, under a code that finds them again."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="receipts")
    code = models.CharField(max_length=10, unique=True, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(_("answers"))  # purpose, text, answer and day of each, as they were
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("receipt of consents")
        verbose_name_plural = _("receipts of consents")

    def __str__(self):
        return self.shown_code

    @property
    def shown_code(self):
        return show_short_code(self.code)


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
    voided_at = models.DateTimeField(null=True)  # since when it counts no more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="head_count_once_per_row_of_a_file",
                fields=["import_sha256", "import_row"],
                condition=~Q(import_sha256="") & Q(voided_at=None),
            )
        ]

    def __str__(self):
        return f"{self.on}"
