"""Institutions to which people are referred, what they are told, and whom they send to us."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import Organization, User
from accounts.roles import Permission
from beneficiaries.choices import (
    ENDED_REFERRALS,
    INCOMING_MOVES,
    NAMING,
    OPEN_INCOMING,
    REFERRAL_MOVES,
    UNSENT_REFERRALS,
    IncomingState,
    ReferralOutcome,
    ReferralPriority,
    ReferralState,
    ReferralVia,
    SharedField,
)
from beneficiaries.models.cases import Case
from beneficiaries.models.codes import LookupValue
from beneficiaries.models.consents import Consent
from beneficiaries.models.duplicates import Task
from beneficiaries.models.household import codes_of_a_list
from beneficiaries.models.people import Person
from beneficiaries.models.places import Department
from beneficiaries.models.plans import PlanTask


class DirectoryEntryQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(active=True, organization__ended_at=None)

    def for_person(self, person):
        """Those to whom she may be referred: never one that may learn nothing of her (CASE-15)."""
        avoided = person.do_not_contact.exclude(organization=None).values("organization")
        return self.in_use().exclude(organization__in=avoided)


class DirectoryEntry(models.Model):
    """What an institution does for people whom we refer to it, and whom to ask for there."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="directory_entry"
    )
    sort_name = models.CharField(max_length=300, editable=False)  # of the organization
    services = codes_of_a_list(_("what it helps with"))
    focal_point = models.CharField(_("whom to ask for"), max_length=120, blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    departments = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("departments")
    )
    note = models.CharField(_("what to bring, and when it is open"), max_length=300, blank=True)
    active = models.BooleanField(_("receives referrals"), default=True)

    objects = DirectoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution in the directory")
        verbose_name_plural = _("directory of institutions")
        constraints = [
            models.CheckConstraint(
                name="directory_entry_says_what_it_helps_with", condition=~Q(services=[])
            )
        ]
        indexes = [models.Index(name="directory_in_order", fields=["sort_name", "id"])]

    def __str__(self):
        return str(self.organization)


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        people = Person.objects.visible_to(user)
        return self.filter(
            user.where(Permission.REFERRAL_VIEW, "case__office"), case__person__in=people
        )

    def open(self):
        return self.exclude(state__in=ENDED_REFERRALS)

    def past_due(self, moment):
        """Those that no institution has acknowledged in its time."""
        return self.filter(state=ReferralState.SENT, due_at__lt=moment)

    def of_open_person(self):
        return self.filter(case__person__merged_into=None)


class Referral(models.Model):
    """That somebody is sent to an institution: what it is told, its clock, and what came of it.

    Why, and what is asked for, stands apart in `ReferralReason`.
    """

    MOVES = REFERRAL_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    focal_point = models.CharField(_("whom to ask for"), max_length=120, blank=True)
    plan_task = models.ForeignKey(
        PlanTask,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="referrals",
        verbose_name=_("part of the plan"),
    )
    priority = models.CharField(_("priority"), max_length=10, choices=ReferralPriority)
    data_shared = ArrayField(
        models.CharField(max_length=10, choices=SharedField),
        default=list,
        blank=True,
        verbose_name=_("what the institution is told"),
    )
    confidential = models.BooleanField(_("file number instead of the name"), default=False)
    state = models.CharField(
        _("state"),
        max_length=15,
        choices=ReferralState,
        default=ReferralState.DRAFT,
        editable=False,
    )
    consent = models.ForeignKey(
        Consent,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("consent"),
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    via = models.CharField(_("how"), max_length=10, choices=ReferralVia, blank=True)
    due_at = models.DateTimeField(
        _("to be answered by"), null=True, editable=False
    )  # when it should be acknowledged
    acknowledged_at = models.DateTimeField(_("received at"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    first_attention_on = models.DateField(_("first attention on"), null=True, blank=True)
    outcome = models.CharField(
        _("what came of it"), max_length=20, choices=ReferralOutcome, blank=True
    )
    feedback = models.TextField(_("what the institution says"), max_length=1000, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)
    task = models.ForeignKey(  # that it was not answered, as it was left to coordination
        Task, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                name="referral_codes_are_known",
                condition=Q(
                    state__in=ReferralState.values,
                    priority__in=ReferralPriority.values,
                    via__in=["", *ReferralVia.values],
                    outcome__in=["", *ReferralOutcome.values],
                    data_shared__contained_by=SharedField.values,
                ),
            ),
            models.CheckConstraint(
                name="referral_confidential_names_nobody",
                condition=Q(confidential=False) | ~Q(data_shared__overlap=NAMING),
                violation_error_message=_(
                    "With the file number instead of the name, neither name nor document go out."
                ),
            ),
            models.CheckConstraint(
                name="referral_goes_out_with_consent_and_what_was_ticked",
                condition=Q(state__in=["draft", "cancelled"])
                | Q(consent__isnull=False, data_shared__len__gt=0),
            ),
            models.CheckConstraint(
                name="referral_sent_has_its_clock",
                condition=Q(state__in=UNSENT_REFERRALS, sent_at=None, due_at=None, via="")
                | Q(state="cancelled")
                | Q(sent_at__isnull=False, due_at__isnull=False) & ~Q(via=""),
            ),
            models.CheckConstraint(
                name="referral_is_closed_only_with_an_outcome",
                condition=~Q(state__in=ENDED_REFERRALS) & Q(outcome="", ended_at=None)
                | Q(state__in=ENDED_REFERRALS, ended_at__isnull=False)
                & (~Q(outcome="") | Q(state="cancelled", sent_at=None)),
            ),
        ]
        indexes = [
            models.Index(name="referral_latest", fields=["-made_at", "-id"]),
            models.Index(name="referral_clock", fields=["due_at", "id"], condition=Q(state="sent")),
        ]

    def __str__(self):
        return str(self.organization)

    def get_absolute_url(self):
        return reverse("beneficiaries:referral_detail", args=[self.public_id])

    @property
    def person_id(self):
        return self.case.person_id

    @property
    def is_open(self):
        return self.state not in ENDED_REFERRALS

    @property
    def is_late(self):
        """Whether nobody has acknowledged it in its time, as the clock says now."""
        waits = self.state in {ReferralState.SENT, ReferralState.NO_RESPONSE}
        return waits and self.due_at < timezone.now()

    def get_data_shared_display(self):
        return [SharedField(each).label for each in SharedField.values if each in self.data_shared]


class ReferralReason(models.Model):
    """Why somebody is referred, and what is asked for."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="why")
    needs = codes_of_a_list(_("what is asked for"))
    reason = models.TextField(_("reason"), max_length=1500)

    class Meta:
        verbose_name = _("reason of a referral")
        verbose_name_plural = _("reasons of referrals")

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def person_id(self):
        return self.referral.person_id


class ReferralLinkQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class ReferralLink(models.Model):
    """The page by which an institution without an account answers one referral, for some days.

    Its secret is made again from the key of the installation; only a digest is kept.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ReferralLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="referral_link_one_in_force",
                fields=["referral"],
                condition=Q(revoked_at=None),
            )
        ]

    def __str__(self):
        return f"{self.expires_at}"

    @property
    def person_id(self):
        return self.referral.person_id


class ReferralVisit(models.Model):
    """That the page of a referral was opened, or answered, from outside: never changed."""

    link = models.ForeignKey(ReferralLink, on_delete=models.PROTECT, related_name="visits")
    at = models.DateTimeField(default=timezone.now)
    ip = models.GenericIPAddressField(null=True)
    answered = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(name="referral_visit_latest", fields=["link", "-id"])]

    def __str__(self):
        return f"{self.at}"


class IncomingReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.where(Permission.REFERRAL_RECEIVE, "office"))

    def open(self):
        return self.filter(state__in=OPEN_INCOMING)

    def unanswered(self):
        return self.filter(answered_on=None)


class IncomingReferral(models.Model):
    """Somebody whom an institution sent: how to reach her, until she is registered or says no.

    She has agreed to nothing yet (CASE-3): when it ends, her name and telephone
    are erased here. The number that the sender gave stays, to answer by.
    """

    MOVES = INCOMING_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(
        LookupValue, on_delete=models.PROTECT, related_name="+", verbose_name=_("who sends")
    )
    sender = models.CharField(_("who signs, and how to answer"), max_length=150)
    reference = models.CharField(_("their number or code"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    received_on = models.DateField(_("received on"))
    answer_due_on = models.DateField(editable=False)
    answered_on = models.DateField(_("answered on"), null=True, editable=False)
    answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    state = models.CharField(
        _("state"),
        max_length=15,
        choices=IncomingState,
        default=IncomingState.RECEIVED,
        editable=False,
    )
    person = models.ForeignKey(
        Person,
        null=True,
        on_delete=models.PROTECT,
        related_name="received_from",
        editable=False,
        verbose_name=_("person"),
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = IncomingReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral received")
        verbose_name_plural = _("referrals received")
        constraints = [
            models.CheckConstraint(
                name="incoming_referral_state_is_known",
                condition=Q(state__in=IncomingState.values),
            ),
            models.CheckConstraint(
                name="incoming_referral_names_nobody_once_it_ended",
                condition=Q(state__in=OPEN_INCOMING) & ~Q(name="")
                | ~Q(state__in=OPEN_INCOMING) & Q(name="", phone=""),
            ),
            models.CheckConstraint(
                name="incoming_referral_registered_is_a_person",
                condition=Q(state="registered", person__isnull=False)
                | ~Q(state="registered") & Q(person=None),
            ),
            models.CheckConstraint(
                name="incoming_referral_answered_by_somebody_on_some_day",
                condition=Q(answered_on=None, answered_by=None)
                | Q(answered_on__isnull=False, answered_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="incoming_by_day", fields=["answer_due_on", "id"])]

    def __str__(self):
        return self.name or self.reference or str(self.source)

    @property
    def is_late(self):
        return self.answered_on is None and self.answer_due_on < timezone.localdate()
