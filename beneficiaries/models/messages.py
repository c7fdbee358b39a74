"""When somebody may be reached, and the texts that are prepared for her (CASE-14)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import (
    MESSAGE_MOVES,
    ConsentPurpose,
    ContactChannel,
    MessageState,
    Weekday,
)
from beneficiaries.models.people import Person

# The channels by which a text can be prepared; the others are for a person to go.
BY_TELEPHONE = [ContactChannel.WHATSAPP, ContactChannel.SMS, ContactChannel.CALL]


class SafeHours(models.Model):
    """Hours on some days of the week within which somebody may be reached."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="safe_hours")
    days = ArrayField(models.PositiveSmallIntegerField(choices=Weekday), verbose_name=_("days"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    active = models.BooleanField(_("these hours still hold"), default=True)

    class Meta:
        verbose_name = _("safe hours")
        verbose_name_plural = _("safe hours")
        constraints = [
            models.CheckConstraint(
                name="safe_hours_end_after_they_begin",
                condition=Q(ends__gt=F("starts")),
                violation_error_message=_("The last hour must come after the first."),
            ),
            models.CheckConstraint(
                name="safe_hours_are_on_known_days",
                condition=Q(days__contained_by=Weekday.values) & Q(days__len__gt=0),
            ),
        ]

    def __str__(self):
        days = ", ".join(str(Weekday(each).label) for each in sorted(self.days))
        return f"{days}: {self.starts:%H:%M}–{self.ends:%H:%M}"


class MessageTemplate(models.Model):
    """A text for a purpose, and what is said instead where the programme may not be named."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    code = models.SlugField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=100)
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose)
    text = models.TextField(_("text"), max_length=600)
    neutral_text = models.TextField(_("neutral text"), max_length=300)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("text of messages")
        verbose_name_plural = _("texts of messages")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="message_template_has_both_texts",
                condition=~Q(text="") & ~Q(neutral_text=""),
            ),
            models.CheckConstraint(
                name="message_template_purpose_is_known",
                condition=Q(purpose__in=ConsentPurpose.values),
            ),
        ]

    def __str__(self):
        return self.title


class MessageQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=MessageState.PREPARED)

    def may_be_sent_at(self, moment):
        """Those whose hours run at `moment`."""
        within = Q(not_after=None) | Q(not_after__gt=moment)
        return self.filter(within, not_before__lte=moment)

    def visible_to(self, user):
        return self.filter(person__in=Person.objects.visible_to(user))


class Message(models.Model):
    """A text for one person, frozen as it was prepared: a person sends it, and ticks it."""

    MOVES = MESSAGE_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="messages")
    template = models.ForeignKey(
        MessageTemplate, on_delete=models.PROTECT, related_name="+", verbose_name=_("text")
    )
    neutral = models.BooleanField()
    channel = models.CharField(_("by"), max_length=12, choices=ContactChannel)
    number = models.CharField(
        _("telephone number"), max_length=20
    )  # as it was when the text was prepared
    text = models.TextField(_("text"))
    state = models.CharField(
        max_length=10, choices=MessageState, default=MessageState.PREPARED, editable=False
    )
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(null=True)  # the end of those hours
    prepared_at = models.DateTimeField(default=timezone.now)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                name="message_state_and_channel_are_known",
                condition=Q(
                    state__in=MessageState.values,
                    channel__in=[each.value for each in BY_TELEPHONE],
                ),
            ),
            models.CheckConstraint(
                name="message_ended_by_somebody_at_some_time",
                condition=Q(state="prepared", ended_at=None, ended_by=None)
                | ~Q(state="prepared") & Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="message_by_hour", fields=["not_before", "id"])]

    def __str__(self):
        return str(self.template)

    @property
    def may_be_sent_now(self):
        """Whether its hours run: when they are over, another text is prepared."""
        now = timezone.now()
        return self.not_before <= now and (self.not_after is None or now < self.not_after)
