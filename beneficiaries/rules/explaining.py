"""Why the two answers of eligibility are what they are: condition by condition, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from beneficiaries.choices import Population, Sector
from beneficiaries.rules.eligibility import Finding, Inputs, RuleParameters, ages, look_at, months


class Answer(TextChoices):
    """What a condition comes to."""

    MET = "met", gettext_lazy("Met")
    NOT_MET = "not_met", gettext_lazy("Not met")
    UNKNOWN = "unknown", gettext_lazy("Not known yet")


TONES = {Answer.MET: "ok", Answer.NOT_MET: "mal", Answer.UNKNOWN: "alerta"}


@dataclass(frozen=True)
class Criterion:
    """One condition: what the rules want, what is known, and what that comes to."""

    title: str
    wanted: str
    known: str
    answer: Answer

    @property
    def tone(self) -> str:
        return TONES[self.answer]


def explain(
    inputs: Inputs, parameters: RuleParameters, countries: Mapping[str, str]
) -> list[Criterion]:
    """Each condition of `decide`; `countries` gives the names of their codes."""
    found = look_at(inputs, parameters)
    fails_for_the_country = found["country"].fails is not None
    return [
        Criterion(
            _("Age"),
            _("{min} to {max} years on the day of registration").format(
                min=parameters.min_age, max=parameters.max_age
            ),
            _ages(inputs),
            _answer(found["age"]),
        ),
        Criterion(
            _("Return"),
            _("Returned migrant"),
            str(Population(inputs.population).label) if inputs.population else _("Not known"),
            _answer(found["return"]),
        ),
        Criterion(
            _("Country of work"),
            _("Work in {countries}").format(countries=_names(parameters.countries, countries)),
            _places(inputs, countries),
            _answer(found["country"]),
        ),
        Criterion(
            _("Months of work there"),
            _months_in_words(parameters.min_months, parameters.min_months),
            _months_in_words(*months(inputs, parameters)) if inputs.work else _("No work recorded"),
            # Where no country counts there are no months either; decide() names the country alone.
            Answer.NOT_MET if fails_for_the_country else _answer(found["months"]),
        ),
        Criterion(
            _("Sector"),
            _either(Sector(each).label for each in sorted(parameters.sectors)),
            _sectors(inputs),
            _answer(found["sector"]),
        ),
    ]


def in_words(parameters: RuleParameters, countries: Mapping[str, str]) -> list[dict[str, str]]:
    """What a rule set wants, as rows of a summary."""
    return [
        {
            "label": _("Age"),
            "value": _("{min} to {max} years on the day of registration").format(
                min=parameters.min_age, max=parameters.max_age
            ),
        },
        {
            "label": _("Months of work there"),
            "value": _months_in_words(parameters.min_months, parameters.min_months),
        },
        {"label": _("Country of work"), "value": _names(parameters.countries, countries)},
        {
            "label": _("Sector"),
            "value": _either(Sector(each).label for each in sorted(parameters.sectors)),
        },
    ]


def _answer(finding: Finding) -> Answer:
    if finding.fails:
        return Answer.NOT_MET
    return Answer.UNKNOWN if finding.missing else Answer.MET


def _ages(inputs: Inputs) -> str:
    known = ages(inputs)
    if known is None:
        return _("Birth date not known")
    least, most = known
    if least == most:
        return ngettext("%d year", "%d years", least) % least
    return _("between {least} and {most} years").format(least=least, most=most)


def _months_in_words(least: int, most: int) -> str:
    if least == most:
        return ngettext("%d month", "%d months", least) % least
    return _("between {least} and {most} months").format(least=least, most=most)


def _names(codes: Iterable[str], names: Mapping[str, str]) -> str:
    return _either(names.get(code, code) for code in sorted(codes))


def _either(texts: Iterable[object]) -> str:
    *first, last = map(str, texts)
    return _(" or ").join([", ".join(first), last]) if first else last


def _places(inputs: Inputs, names: Mapping[str, str]) -> str:
    worked = {names.get(each.country, each.country) or _("Not known") for each in inputs.work}
    return ", ".join(sorted(worked)) or _("No work recorded")


def _sectors(inputs: Inputs) -> str:
    worked = {str(Sector(each.sector).label) if each.sector else "" for each in inputs.work}
    return ", ".join(sorted(each or _("Not known") for each in worked)) or _("No work recorded")
