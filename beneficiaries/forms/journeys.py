"""Journeys abroad and back, and jobs."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.forms.records import LookupField, RecordForm, ask, look
from beneficiaries.models import LookupValue, Trip, WorkExperience
from genesis.lib.days import earliest_day, latest_day
from genesis.lib.forms import PartialDateField
from genesis.lib.search import plain


def after(start, end, precision):
    """An end as it is kept: one known only in part stands for its last day where its first is
    before the start (from May 2020 until some day of 2020)."""
    if start and end and end < start:
        end = latest_day(end, precision)
    return end, precision


class TripForm(RecordForm):
    """Add or correct a journey abroad and back."""

    model = Trip

    return_country = LookupField("countries", but="SV", label=_("Returned from"))
    returned = PartialDateField(
        label=_("Date of return"), help_text=_("Leave empty the day, or the day and the month.")
    )
    return_port = LookupField("return_port", label=_("Port of return"), required=False)
    destination_country = LookupField(
        "countries", label=_("Country where she or he lived"), required=False
    )
    destination_state = look(
        Trip, "destination_state", "subdivisions", within="destination_country"
    )
    destination_city = ask(Trip, "destination_city")
    departed = PartialDateField(label=_("Date of departure"), required=False)

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def rows(self):
        return [
            Row(Column("return_country"), Column("return_port")),
            "returned",
            Row(Column("destination_country"), Column("destination_state")),
            "destination_city",
            "departed",
        ]

    def answers_of(self, trip):
        return super().answers_of(trip) | {
            "returned": (trip.return_date, trip.return_precision) if trip.return_date else None,
            "departed": (
                (trip.departure_date, trip.departure_precision) if trip.departure_date else None
            ),
        }

    def clean(self):
        answers = super().clean()
        returned, departed = answers.get("returned"), answers.get("departed")
        born = self.person.birth_date
        country, state = answers.get("destination_country"), answers.get("destination_state")
        if state and not (country and state.code.startswith(f"{country.code}-")):
            self.add_error("destination_state", _("This state is in another country."))
        if returned and returned[0]:
            first = earliest_day(*returned)
            if first > timezone.localdate():
                self.add_error("returned", _("The return is in the future."))
            if born and first.year < born.year:
                self.add_error("returned", _("The return is before the birth."))
            if departed and departed[0] and departed[0].year > first.year:
                self.add_error("departed", _("The departure is after the return."))
        return answers

    def record(self):
        answers = super().record()
        departed = answers.pop("departed") or (None, "")
        answers["departure_date"], answers["departure_precision"] = departed
        returned = after(departed[0], *answers.pop("returned"))
        answers["return_date"], answers["return_precision"] = returned
        return answers


class OccupationField(LookupField):
    """One of the occupations of ISCO-08, by the four figures of its group."""

    def __init__(self, **kwargs):
        super().__init__("isco08", **kwargs)

    def offers(self, value):
        return len(value.code) == 4 and value.es != value.en  # those that have a Spanish name

    def listed(self, values):
        return super().listed(sorted(values, key=lambda each: plain(str(each))))


class JobForm(RecordForm):
    """Add or correct a job, here or abroad."""

    model = WorkExperience

    country = LookupField("countries", label=_("Country"))
    started = PartialDateField(
        label=_("Began"), required=False, help_text=_("Leave empty what is not known.")
    )
    ended = PartialDateField(label=_("Ended"), required=False)
    sector = ask(WorkExperience, "sector")
    position = ask(WorkExperience, "position")
    employer = ask(WorkExperience, "employer")
    ongoing = ask(WorkExperience, "ongoing", label=_("She or he worked there until the return"))
    duties = ask(WorkExperience, "duties", widget=forms.Textarea({"rows": 3}))
    state = look(WorkExperience, "state", "subdivisions", within="country")
    isco = OccupationField(label=_("ISCO-08 group"), required=False)
    isic_section = look(WorkExperience, "isic_section", "isic4")
    supervised_people = ask(WorkExperience, "supervised_people", localize=False)
    proof = look(WorkExperience, "proof", "work_proof")
    last_pay = ask(WorkExperience, "last_pay", min_value=0)
    pay_currency = look(WorkExperience, "pay_currency", "currency")
    pay_period = look(WorkExperience, "pay_period", "pay_period")

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def answers_of(self, job):
        return super().answers_of(job) | {
            "started": (job.start_date, job.start_precision) if job.start_date else None,
            "ended": (job.end_date, job.end_precision) if job.end_date else None,
            "isco": LookupValue.objects.filter(list="isco08", code=job.isco or "-").first(),
        }

    def rows(self):
        return [
            Row(Column("position"), Column("sector")),
            Row(Column("country"), Column("state")),
            "employer",
            "started",
            "ended",
            "ongoing",
            "duties",
            Row(Column("isco"), Column("isic_section")),
            Row(Column("supervised_people"), Column("proof")),
            Row(Column("last_pay"), Column("pay_currency"), Column("pay_period")),
        ]

    def clean(self):
        answers = super().clean()
        started, ended = answers.get("started"), answers.get("ended")
        today, born = timezone.localdate(), self.person.birth_date
        country, state = answers.get("country"), answers.get("state")
        if state and not (country and state.code.startswith(f"{country.code}-")):
            self.add_error("state", _("This state is in another country."))
        for name, value in (("started", started), ("ended", ended)):
            if value and value[0] and value[0] > today:
                self.add_error(name, _("This day is in the future."))
        if born and started and started[0] and started[0].year < born.year:
            self.add_error("started", _("The work began before the birth."))
        if ended and ended[0] and answers.get("ongoing"):
            self.add_error("ended", _("Leave it empty, or do not mark «until the return»."))
        elif started and ended and started[0] and ended[0] and ended[0].year < started[0].year:
            self.add_error("ended", _("The end cannot come before the beginning."))
        return answers

    def record(self):
        answers = super().record()
        started = answers.pop("started") or (None, "")
        ended = after(started[0], *(answers.pop("ended") or (None, "")))
        answers["start_date"], answers["start_precision"] = started
        answers["end_date"], answers["end_precision"] = ended
        answers["isco"] = answers["isco"].code if answers["isco"] else ""
        return answers
