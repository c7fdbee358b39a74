"""What may put somebody in danger (D4): in tables of its own, never with her other facts."""

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from beneficiaries.choices import (
    AvoidedKind,
    Difficulty,
    Intention,
    Precision,
    TravelChannel,
    YesNo,
    YesNoUnknown,
)
from beneficiaries.models.household import HouseholdMember, codes_of_a_list, one_of_a_list
from beneficiaries.models.people import Person, Trip
from beneficiaries.models.places import District


def difficulty(title):
    return models.CharField(title, max_length=1, choices=Difficulty, blank=True)


class SensitiveProfile(models.Model):
    """Identity, ethnicity and difficulties in everyday life, as far as somebody tells of them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="sensitive_profile"
    )
    gender_identity = one_of_a_list(_("gender identity"))
    indigenous = models.CharField(
        _("belongs to an indigenous people"), max_length=10, choices=YesNo, blank=True
    )
    wg_seeing = difficulty(_("difficulty seeing"))
    wg_hearing = difficulty(_("difficulty hearing"))
    wg_walking = difficulty(_("difficulty walking"))
    wg_remembering = difficulty(_("difficulty remembering"))
    wg_self_care = difficulty(_("difficulty with self-care"))
    wg_communicating = difficulty(_("difficulty communicating"))

    class Meta:
        verbose_name = _("sensitive profile")
        verbose_name_plural = _("sensitive profiles")

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def has_disability(self):
        """A lot of difficulty, or more, in at least one of the six."""
        answers = [getattr(self, each.name) for each in self._meta.fields if "wg_" in each.name]
        return any(each in {Difficulty.MUCH, Difficulty.UNABLE} for each in answers)


class SafeContact(models.Model):
    """The word by which somebody knows that a call is ours, and whether a threat is known."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="safe_contact")
    code_word = models.CharField(_("code word"), max_length=40, blank=True)
    threatened = models.BooleanField(_("somebody threatens her or him"), default=False)

    class Meta:
        verbose_name = _("safe contact")
        verbose_name_plural = _("safe contacts")

    def __str__(self):
        return str(self._meta.verbose_name)


class DoNotContact(models.Model):
    """Somebody whom nobody may tell of a person, nor send her to."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="do_not_contact")
    kind = models.CharField(_("kind"), max_length=12, choices=AvoidedKind)
    name = models.CharField(_("name"), max_length=120)
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organization on record"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("do not contact")
        verbose_name_plural = _("do not contact")
        constraints = [
            models.CheckConstraint(
                name="do_not_contact_kind_is_known", condition=Q(kind__in=AvoidedKind.values)
            )
        ]

    def __str__(self):
        return str(self._meta.verbose_name)


class TripCircumstances(models.Model):
    """Why and how somebody left and came back."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="circumstances")
    trip = models.OneToOneField(Trip, on_delete=models.PROTECT, related_name="circumstances")
    return_type = one_of_a_list(_("kind of return"))
    return_type_text = models.CharField(
        _("how the return was, in words"), max_length=120, blank=True
    )  # as a workbook says it
    channel = models.CharField(
        _("how she or he travelled"), max_length=10, choices=TravelChannel, blank=True
    )
    reasons_leaving = codes_of_a_list(_("why she or he left"))
    detained = models.CharField(_("detained abroad"), max_length=10, choices=YesNo, blank=True)
    detention_months = models.PositiveSmallIntegerField(
        _("months in detention"), null=True, blank=True, validators=[MaxValueValidator(600)]
    )
    times_deported = models.PositiveSmallIntegerField(
        _("times deported"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    left_property_or_wages = models.BooleanField(
        _("left property or unpaid wages there"), null=True, blank=True
    )
    minor_children_abroad = models.PositiveSmallIntegerField(
        _("children under 18 who stayed there"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(30)],
    )
    intention = models.CharField(
        _("intention to migrate again"), max_length=10, choices=Intention, blank=True
    )

    class Meta:
        verbose_name = _("circumstances of a journey")
        verbose_name_plural = _("circumstances of journeys")
        constraints = [
            models.CheckConstraint(
                name="circumstances_months_only_of_a_detention",
                condition=Q(detention_months=None) | Q(detained="yes"),
                violation_error_message=_("Only who was detained has months of detention."),
            )
        ]

    def __str__(self):
        return str(self._meta.verbose_name)


class Displacement(models.Model):
    """That somebody had to leave her home inside the country."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="displacement")
    since = models.DateField(_("displaced since"))
    since_precision = models.CharField(_("how exact the day is"), max_length=10, choices=Precision)
    origin_district = models.ForeignKey(
        District,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("district that she or he had to leave"),
    )
    causes = codes_of_a_list(_("why she or he had to leave"))
    dav_registered = models.CharField(
        _("registered with the DAV"), max_length=10, choices=YesNoUnknown, blank=True
    )
    can_return_home = models.CharField(
        _("can go back home"), max_length=10, choices=YesNoUnknown, blank=True
    )
    solution = one_of_a_list(_("what she or he wants"))

    class Meta:
        verbose_name = _("displacement")
        verbose_name_plural = _("displacements")
        constraints = [
            models.CheckConstraint(
                name="displacement_says_how_exact_its_day_is",
                condition=Q(since_precision__in=Precision.values),
            ),
            models.CheckConstraint(name="displacement_has_a_cause", condition=~Q(causes=[])),
        ]

    def __str__(self):
        return str(self._meta.verbose_name)


class MemberHealth(models.Model):
    """What is known of the health of somebody in a household."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="members_health")
    member = models.OneToOneField(HouseholdMember, on_delete=models.PROTECT, related_name="health")
    disability = models.BooleanField(_("lives with a disability"), null=True, blank=True)
    chronic_illness = models.BooleanField(_("has a chronic illness"), null=True, blank=True)

    class Meta:
        verbose_name = _("health of a member of the household")
        verbose_name_plural = _("health of members of the household")

    def __str__(self):
        return str(self._meta.verbose_name)
