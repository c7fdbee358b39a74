"""A registration on its way: what was answered so far, until it becomes a file or is discarded."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import REGISTRATION_MOVES, RegistrationState
from beneficiaries.models.people import Person
from genesis.lib.addresses import address_of
from genesis.lib.plain import PlainEncoder

OLD = timedelta(days=30)


class RegistrationQuerySet(models.QuerySet):
    def begun_by(self, user):
        return self.filter(begun_by=user)

    def drafts(self):
        """Those to be finished; a list of them has no use for the signatures."""
        return self.filter(state=RegistrationState.DRAFT).defer("signature")


class Registration(models.Model):
    """The answers of somebody who agreed to be registered, page by page (CASE-3).

    `answers` maps each page to its parts (one, or one per journey, job …), each
    with what was typed, whether it is complete, and how it reads. They are gone
    once the file is there, or the registration is discarded; so is the signature.
    """

    MOVES = REGISTRATION_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(
        max_length=10, choices=RegistrationState, default=RegistrationState.DRAFT
    )
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="registrations")
    begun_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    consents = models.JSONField(_("consents"), encoder=PlainEncoder)
    answers = models.JSONField(_("answers"), default=dict, encoder=PlainEncoder)
    signature = models.BinaryField(_("signature"), null=True)  # on the screen, while it is a draft
    person = models.OneToOneField(
        Person, null=True, on_delete=models.PROTECT, related_name="registration"
    )
    ended_at = models.DateTimeField(null=True)
    discarded_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.CheckConstraint(
                name="registration_ends_as_a_file_or_with_a_reason",
                condition=Q(state="draft", person=None, ended_at=None, discarded_reason="")
                | Q(state="registered", person__isnull=False, ended_at__isnull=False)
                & Q(answers={}, signature=None)
                | Q(state="discarded", person=None, ended_at__isnull=False)
                & Q(answers={}, signature=None)
                & ~Q(discarded_reason=""),
            )
        ]
        indexes = [
            models.Index(name="registration_to_finish", fields=["begun_by", "state", "saved_at"])
        ]

    def __str__(self):
        day = timezone.localdate(self.begun_at)
        return str(_("Registration of {day}")).format(day=f"{day:%d/%m/%Y}")

    def get_absolute_url(self):
        return address_of("beneficiaries:registration_detail", self.public_id)

    @property
    def title(self):
        """The name, as far as it was given."""
        facts = next((part["facts"] for part in self.answers.get("identidad", [])), {})
        name = f"{facts.get('given_names', '')} {facts.get('surnames', '')}".strip()
        return name or str(_("Without a name yet"))

    @property
    def is_draft(self):
        return self.state == RegistrationState.DRAFT

    @property
    def is_old(self):
        """Whether it has waited for so long that somebody should end it."""
        return timezone.now() - self.saved_at > OLD
