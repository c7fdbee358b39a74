"""Who lives with a person, what she learned, and what she lives on."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import AtSchool, Sex
from beneficiaries.models.codes import LookupValue
from beneficiaries.models.people import Person


def one_of_a_list(title, **more):
    """The column that holds one code of a list."""
    return models.ForeignKey(
        LookupValue,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=title,
        **({"null": True, "blank": True} | more),
    )


def codes_of_a_list(title):
    """The column that holds several codes of a list."""
    return ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=title)


def money(title):
    """An amount in dollars of the United States, which El Salvador uses."""
    return models.DecimalField(
        title,
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )


class HouseholdMember(models.Model):
    """Somebody of a person's household: one line, or a file of her own."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="household")
    name = models.CharField(_("name"), max_length=120)
    relationship = one_of_a_list(_("relationship"), null=False, blank=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    lives_together = models.BooleanField(_("lives with her or him"), default=True)
    at_school = models.CharField(_("goes to school"), max_length=3, choices=AtSchool, blank=True)
    economically_dependent = models.BooleanField(_("depends on her or his income"), default=False)
    monthly_income = money(_("monthly income (USD)"))
    own_file = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("has a file of her or his own"),
    )

    class Meta:
        verbose_name = _("member of the household")
        verbose_name_plural = _("members of the household")
        constraints = [
            models.CheckConstraint(
                name="household_nobody_is_her_own_relative",
                condition=Q(own_file=None) | ~Q(own_file=F("person")),
                violation_error_message=_("Nobody is a relative of herself or himself."),
            ),
            models.UniqueConstraint(
                name="household_same_file_once",
                fields=["person", "own_file"],
                condition=~Q(own_file=None),
                violation_error_message=_("This person is in the household already."),
            ),
            models.CheckConstraint(
                name="household_codes_are_known",
                condition=Q(sex__in=Sex.values, at_school__in=["", *AtSchool.values]),
            ),
        ]

    def __str__(self):
        return self.name


class Education(models.Model):
    """What somebody learned at school and on the way."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="education")
    level = one_of_a_list(_("education"), null=False, blank=False)
    title = models.CharField(_("title"), max_length=120, blank=True)
    title_year = models.PositiveSmallIntegerField(
        _("year of the title"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1920), MaxValueValidator(2100)],
    )
    title_country = one_of_a_list(_("country of the title"))
    reads_spanish = models.BooleanField(_("reads Spanish"))
    writes_spanish = models.BooleanField(_("writes Spanish"))
    english_level = one_of_a_list(_("English"))
    other_languages = models.CharField(_("other languages"), max_length=120, blank=True)
    tools = codes_of_a_list(_("tools of her or his own"))
    driving_licence = one_of_a_list(_("driving licence"))
    phone_kind = one_of_a_list(_("telephone that she or he uses"))
    has_data = models.BooleanField(_("has internet on the telephone"), null=True, blank=True)
    uses_email = models.BooleanField(_("uses e-mail"), null=True, blank=True)

    class Meta:
        verbose_name = _("education")
        verbose_name_plural = _("educations")

    def __str__(self):
        return str(self.level)


class Skill(models.Model):
    """Something that somebody knows how to do, and how well."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="skills")
    name = models.CharField(_("what she or he knows how to do"), max_length=80)
    level = one_of_a_list(_("how well"))

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [
            models.UniqueConstraint(
                name="skill_once_per_person",
                fields=["person", "name"],
                violation_error_message=_("This skill is on record already."),
            )
        ]

    def __str__(self):
        return self.name


class EconomicSituation(models.Model):
    """What somebody lived on, on one day: the first is the baseline."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="economies")
    on = models.DateField(_("day"), default=timezone.localdate)
    employment_status = one_of_a_list(_("employment"), null=False, blank=False)
    hours_per_week = models.DecimalField(
        _("hours of work per week"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(168)],
    )
    benefits = codes_of_a_list(_("benefits"))
    monthly_income_usd = money(_("own monthly income (USD)"))
    household_income_usd = money(_("monthly income of the household (USD)"))
    remittances_usd = money(_("remittances a month (USD)"))
    debt_usd = money(_("debts (USD)"))
    debt_for_journey_usd = money(_("debt for the journey (USD)"))
    creditor = one_of_a_list(_("to whom she or he owes the journey"))
    bank_account = models.BooleanField(_("has a bank account"), null=True, blank=True)
    isss = models.BooleanField(_("contributes to the ISSS"), null=True, blank=True)
    afp = models.BooleanField(_("contributes to an AFP"), null=True, blank=True)
    salary_expectation_usd = money(_("salary that she or he expects (USD)"))
    willing_to_move = models.BooleanField(_("would move for work"), null=True, blank=True)
    travel_minutes = models.PositiveSmallIntegerField(
        _("minutes that she or he would travel to work"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(600)],
    )
    availability = codes_of_a_list(_("availability"))

    class Meta:
        verbose_name = _("economic situation")
        verbose_name_plural = _("economic situations")
        constraints = [
            models.UniqueConstraint(
                name="economic_situation_one_a_day",
                fields=["person", "on"],
                violation_error_message=_("The situation of that day is on record already."),
            )
        ]

    def __str__(self):
        return f"{self.on:%d/%m/%Y}"
