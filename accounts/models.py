"""Who works here, for whom, in what role and for how long; what they did and what they read."""

import uuid
from datetime import timedelta

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.choices import OrganizationKind, ReadKind
from accounts.roles import EVERYWHERE, GRANTS, Permission, Role
from genesis.lib.plain import PlainEncoder
from genesis.lib.search import name_columns
from genesis.lib.sensitivity import D4, D5, D6


class OrganizationQuerySet(models.QuerySet):
    def of_kind(self, kind):
        return self.filter(kinds__contains=[kind])

    def offices(self):
        return self.of_kind(OrganizationKind.OFFICE)

    def active(self):
        """Those that can still be chosen: an organization ends, and is never deleted."""
        return self.filter(ended_at=None)


class Organization(models.Model):
    """An office of the programme, a partner, a centre, a certifying body, a donor …"""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=150)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=OrganizationKind), verbose_name=_("kinds")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    search = models.CharField(max_length=150, editable=False)
    sort_name = models.CharField(max_length=300, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        "User", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            models.CheckConstraint(
                name="organization_kinds_are_known",
                condition=Q(kinds__contained_by=OrganizationKind.values) & Q(kinds__len__gt=0),
            ),
            models.CheckConstraint(
                name="organization_ended_by_somebody_at_some_time",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="organization_name_can_be_searched_and_sorted",
                condition=~Q(search="") & ~Q(sort_name=""),
            ),
        ]
        indexes = [models.Index(name="organization_in_order", fields=["sort_name", "id"])]

    def __str__(self):
        return self.name

    def save(self, **kwargs):
        columns = name_columns("", self.name)
        self.search, self.sort_name = columns["search"], columns["sort_name"]
        super().save(**kwargs)

    def get_absolute_url(self):
        return reverse("organizations:organization_detail", args=[self.public_id])

    def get_kinds_display(self):
        return [OrganizationKind(each).label for each in self.kinds]


class UserManager(BaseUserManager):
    """Finds and makes users by their e-mail address."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def with_role(self, role, *, at=None, at_any=None):
        """Active users who hold `role` today, at the organization `at` or one of `at_any`."""
        held = RoleAssignment.objects.on(timezone.localdate()).filter(role=role)
        if at_any is not None:
            held = held.filter(organization__in=at_any)
        if at is not None and role not in EVERYWHERE:
            held = held.filter(organization=at)
        return self.filter(is_active=True, pk__in=held.values("user"))


class User(AbstractUser):
    """Somebody who signs in, by e-mail."""

    username = None
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    first_name = models.CharField(_("given names"), max_length=80)
    last_name = models.CharField(_("surnames"), max_length=80)
    search = models.CharField(max_length=260, editable=False, blank=True)
    sort_name = models.CharField(max_length=300, editable=False, blank=True)
    # list → what they chose for it; here, since every page reads the user and a list is to be quick
    list_choices = models.JSONField(default=dict, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_whatever_its_capitals")
        ]
        indexes = [models.Index(name="user_in_order", fields=["sort_name", "id"])]

    def __str__(self):
        return self.get_full_name() or self.email

    def get_absolute_url(self):
        return reverse("accounts:user_detail", args=[self.public_id])

    def save(self, **kwargs):
        columns = name_columns(self.first_name, self.last_name)
        self.search, self.sort_name = columns["search"], columns["sort_name"]
        super().save(**kwargs)

    def may(self, permission: Permission, *, at: Organization | None = None) -> bool:
        """Whether a role that they hold today grants it: at `at`, or anywhere at all."""
        return any(
            permission in GRANTS[Role(each.role)]
            and (at is None or each.role in EVERYWHERE or each.organization_id == at.pk)
            for each in self.current_roles
        )

    def organizations_where(self, permission: Permission) -> models.QuerySet[Organization]:
        """Those for which they hold a role that grants `permission`."""
        return Organization.objects.filter(self.where(permission, "pk"))

    def where(self, permission: Permission, column: str) -> Q:
        """Narrow to the organizations, named by `column`, where a role of theirs grants it."""
        granting = [each for each in self.current_roles if permission in GRANTS[Role(each.role)]]
        if any(each.role in EVERYWHERE for each in granting):
            return Q((f"{column}__isnull", False))
        return Q((f"{column}__in", [each.organization_id for each in granting]))

    @cached_property
    def current_roles(self):
        if not self.is_active:
            return []
        return list(self.role_assignments.on(timezone.localdate()))


class RoleAssignmentQuerySet(models.QuerySet):
    def on(self, day, *, at=None):
        """Those that count on `day`: a role that was taken away counts no more.

        `at` is a moment of that day gone by: what was taken away since counted then.
        """
        within = Q(valid_until=None) | Q(valid_until__gte=day)
        standing = Q(ended_at=None) | Q(ended_at__gt=at) if at else Q(ended_at=None)
        return self.filter(within, standing, valid_from__lte=day)


class RoleAssignment(models.Model):
    """That somebody holds a role for one organization, from one day until another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, verbose_name=_("organization")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    given_at = models.DateTimeField(default=timezone.now, editable=False)
    given_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                name="role_assignment_role_is_known", condition=Q(role__in=Role.values)
            ),
            models.CheckConstraint(
                name="role_assignment_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(
                name="role_assignment_not_given_to_oneself",
                condition=(Q(given_by=None) | ~Q(given_by=F("user")))
                & (Q(ended_by=None) | ~Q(ended_by=F("user"))),
            ),
            models.CheckConstraint(
                name="role_assignment_ended_by_somebody_at_some_time",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            ExclusionConstraint(
                name="role_assignment_same_role_once_at_a_time",
                condition=Q(ended_at=None),
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_until"),
                            RangeBoundary(inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This person already holds that role in those days."),
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} · {self.organization}"


class SentForm(models.Model):
    """That a form which creates something came in, and what came of it (SEC-16)."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    result = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sent_form_one_per_key", fields=["actor", "key"])
        ]

    def __str__(self):
        return str(self.key)


class Activity(models.Model):
    """That somebody did something to a record: written with the change, never changed."""

    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    model = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)  # people are an app above this one
    changes = models.JSONField(default=dict, encoder=PlainEncoder)
    at = models.DateTimeField(default=timezone.now)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(name="activity_of_a_person", fields=["person_id", "-at", "-id"]),
            models.Index(name="activity_of_a_record", fields=["model", "record_id"]),
        ]

    def __str__(self):
        return self.verb


class ReadLog(models.Model):
    """That somebody was shown people's data: one row for each answer of the server."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ReadKind)
    view = models.CharField(max_length=80)
    persons = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(default=timezone.now)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="read_log_kind_is_known", condition=Q(kind__in=ReadKind.values)
            )
        ]
        indexes = [
            models.Index(name="read_log_by_actor", fields=["actor", "-at"]),
            GinIndex(name="read_log_of_a_person", fields=["persons"]),
        ]

    def __str__(self):
        return self.view


class ReadReason(models.Model):
    """Why somebody opened a protected part of a person's file: once per person and day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField()  # people are an app above this one
    level = models.CharField(max_length=2)
    day = models.DateField(default=timezone.localdate)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="read_reason_once_per_person_and_day",
                fields=["user", "person_id", "level", "day"],
            ),
            models.CheckConstraint(
                name="read_reason_is_for_a_protected_level_and_says_something",
                condition=Q(level__in=[D4, D5, D6]) & ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(name="read_reason_of_a_person", fields=["person_id", "-at"])]

    def __str__(self):
        return f"{self.level} {self.day:%d/%m/%Y}"


DRAFT_LASTS = timedelta(days=30)


class DraftQuerySet(models.QuerySet):
    def of(self, user):
        """What somebody has not sent yet, unless it is too old to be of use."""
        return self.filter(user=user, saved_at__gte=timezone.now() - DRAFT_LASTS)


class Draft(models.Model):
    """What somebody had typed into a form and not sent yet; gone when the form is saved."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=80)
    target = models.CharField(max_length=120)
    title = models.CharField(max_length=100, blank=True)  # of the page, to find it again
    address = models.CharField(max_length=300, blank=True)
    answers = models.JSONField()
    saved_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="draft_one_per_form_and_target", fields=["user", "form", "target"]
            )
        ]

    def __str__(self):
        return self.form
