"""Who lives with a person, what she learned, and what she lives on."""

from crispy_forms.layout import Column, Fieldset, Row
from django.core.exceptions import ValidationError
from django.forms import CharField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.forms.records import RecordForm, ask, look, yes_or_no
from beneficiaries.models import EconomicSituation, Education, HouseholdMember, Skill
from genesis.lib.forms import DateInput

ADULT = 18


class HouseholdForm(RecordForm):
    """Add or correct one member of the household."""

    model = HouseholdMember

    name = ask(HouseholdMember, "name", help_text=_("Of a child, the first name and an initial."))
    relationship = look(HouseholdMember, "relationship", "relationship")
    sex = ask(HouseholdMember, "sex")
    birth_year = ask(HouseholdMember, "birth_year", localize=False)
    lives_together = yes_or_no(HouseholdMember, "lives_together")
    at_school = ask(HouseholdMember, "at_school")
    economically_dependent = yes_or_no(HouseholdMember, "economically_dependent")
    monthly_income = ask(HouseholdMember, "monthly_income")
    own_file = CharField(
        label=_("Has a file of her or his own"),
        required=False,
        max_length=14,
        help_text=_("An adult who receives a service has one: write its number."),
    )

    def __init__(self, *args, visible, person, **kwargs):
        self.person, self.visible = person, visible
        super().__init__(*args, **kwargs)

    def answers_of(self, member):
        file = member.own_file
        return super().answers_of(member) | {"own_file": file.file_number if file else ""}

    def clean_name(self):
        name = self.cleaned_data["name"]
        if not any(each.isalpha() for each in name):
            raise ValidationError(_("Write the name with letters."))
        return name

    def clean_own_file(self):
        number = self.cleaned_data["own_file"].strip().upper()
        file = self.visible.filter(file_number=number).first() if number else None
        if number and not file:
            raise ValidationError(_("You see no file with this number."))
        return file

    def clean_birth_year(self):
        year = self.cleaned_data["birth_year"]
        if year > timezone.localdate().year:
            raise ValidationError(_("This year is in the future."))
        return year

    def clean(self):
        answers = super().clean()
        year, name = answers.get("birth_year"), answers.get("name", "")
        is_child = bool(year) and timezone.localdate().year - year < ADULT
        if is_child and len(name.split()) > 2:
            self.add_error("name", _("Of a child, only the first name and an initial are kept."))
        if answers.get("own_file") and is_child:
            self.add_error("own_file", _("Only adults have a file of their own."))
        if answers.get("own_file") and answers["own_file"] == self.person:
            self.add_error("own_file", _("Nobody is a relative of herself or himself."))
        return answers

    def rows(self):
        return [
            Row(Column("name"), Column("relationship")),
            Row(Column("sex"), Column("birth_year")),
            Row(Column("lives_together"), Column("economically_dependent")),
            Row(Column("at_school"), Column("monthly_income")),
            "own_file",
        ]


class EducationForm(RecordForm):
    """What somebody learned; whoever does not read has the forms read aloud."""

    model = Education

    level = look(Education, "level", "education")
    title = ask(Education, "title")
    title_year = ask(Education, "title_year", localize=False)
    title_country = look(Education, "title_country", "countries")
    reads_spanish = yes_or_no(Education, "reads_spanish")
    writes_spanish = yes_or_no(
        Education,
        "writes_spanish",
        help_text=_("If not: read forms aloud, and take consents by thumbprint with a witness."),
    )
    english_level = look(Education, "english_level", "language_level")
    other_languages = ask(Education, "other_languages")
    tools = look(Education, "tools", "tool")
    driving_licence = look(Education, "driving_licence", "driving_licence")
    phone_kind = look(Education, "phone_kind", "phone_kind")
    has_data = yes_or_no(Education, "has_data")
    uses_email = yes_or_no(Education, "uses_email")

    def clean_title_year(self):
        year = self.cleaned_data["title_year"]
        if year and year > timezone.localdate().year:
            raise ValidationError(_("This year is in the future."))
        return year

    def rows(self):
        return [
            "level",
            Row(Column("reads_spanish"), Column("writes_spanish")),
            "title",
            Row(Column("title_year"), Column("title_country")),
            Row(Column("english_level"), Column("other_languages")),
            "tools",
            Row(Column("driving_licence"), Column("phone_kind")),
            Row(Column("has_data"), Column("uses_email")),
        ]


class SkillForm(RecordForm):
    """Something that somebody knows how to do."""

    model = Skill

    name = ask(Skill, "name")
    level = look(Skill, "level", "skill_level")


class EconomyForm(RecordForm):
    """What somebody lives on; the first answer is the baseline."""

    model = EconomicSituation

    on = ask(EconomicSituation, "on", widget=DateInput(), initial=timezone.localdate)
    employment_status = look(EconomicSituation, "employment_status", "employment_status")
    hours_per_week = ask(EconomicSituation, "hours_per_week")
    benefits = look(EconomicSituation, "benefits", "benefit")
    monthly_income_usd = ask(EconomicSituation, "monthly_income_usd")
    household_income_usd = ask(EconomicSituation, "household_income_usd")
    remittances_usd = ask(EconomicSituation, "remittances_usd")
    debt_usd = ask(EconomicSituation, "debt_usd")
    debt_for_journey_usd = ask(EconomicSituation, "debt_for_journey_usd")
    creditor = look(EconomicSituation, "creditor", "finance_source")
    bank_account = yes_or_no(EconomicSituation, "bank_account")
    isss = yes_or_no(EconomicSituation, "isss")
    afp = yes_or_no(EconomicSituation, "afp")
    salary_expectation_usd = ask(EconomicSituation, "salary_expectation_usd")
    willing_to_move = yes_or_no(EconomicSituation, "willing_to_move")
    travel_minutes = ask(EconomicSituation, "travel_minutes", localize=False)
    availability = look(EconomicSituation, "availability", "availability")

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise ValidationError(_("This day is in the future."))
        return self.cleaned_data["on"]

    def clean(self):
        answers = super().clean()
        benefits = answers.get("benefits") or []
        if "none" in benefits and len(benefits) > 1:
            self.add_error("benefits", _("Mark none, or those that there are."))
        return answers

    def rows(self):
        return [
            Row(Column("on"), Column("employment_status")),
            Row(Column("hours_per_week"), Column("monthly_income_usd")),
            "benefits",
            Row(Column("household_income_usd"), Column("remittances_usd")),
            Fieldset(
                _("Debts and savings"),
                Row(Column("debt_usd"), Column("debt_for_journey_usd")),
                "creditor",
                Row(Column("bank_account"), Column("isss"), Column("afp")),
            ),
            Fieldset(
                _("Looking for work"),
                Row(Column("salary_expectation_usd"), Column("travel_minutes")),
                "willing_to_move",
                "availability",
            ),
        ]
