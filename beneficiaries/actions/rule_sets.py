"""Rule sets of eligibility: none ever changes, another version comes after it (CASE-10)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.models import LookupValue, RuleSet
from beneficiaries.rules.eligibility import RuleParameters
from genesis.lib.states import lock


@transaction.atomic
def renew_rule_set(
    old: RuleSet,
    *,
    key: UUID,
    name: str,
    parameters: RuleParameters,
    reason: str,
    apart: bool,
    by: User,
) -> RuleSet:
    """Write the next version of a rule set, or from it a set of its own (`apart`).

    Nothing is decided by it until a phase is given it. Raises OtherContent, and
    ValidationError when the numbers make no sense or the name of the new set is
    taken.
    """
    sent = claim(key, by=by, content=[old, name, parameters.to_dict(), reason, apart])
    if sent.result:
        return RuleSet.objects.get(pk=sent.result)
    lock(RuleSet.objects.get(code=old.code, number=1))  # two versions at once get two numbers
    _check(parameters)
    code, number = (_code_of(name), 1) if apart else (old.code, _next_number(old.code))
    made = RuleSet.objects.create(
        code=code,
        number=number,
        name=name,
        parameters=parameters.to_dict(),
        reason=reason,
        recorded_by=by,
    )
    settle(sent, made)
    record_activity("rule_set.renewed", made, by=by, rule_set=made.code, number=made.number)
    return made


def country_names() -> dict[str, str]:
    """The countries by their codes, retired ones too: old rules may name them."""
    return {each.code: str(each) for each in LookupValue.objects.filter(list="countries")}


def _next_number(code: str) -> int:
    return RuleSet.objects.filter(code=code).aggregate(last=Max("number"))["last"] + 1


def _code_of(name: str) -> str:
    code = slugify(name)[:30]
    if not code or RuleSet.objects.filter(code=code).exists():
        raise ValidationError({"name": _("Another rule set is called so: choose another name.")})
    return code


def _check(parameters: RuleParameters) -> None:
    errors = {}
    if parameters.min_age > parameters.max_age:
        errors["max_age"] = _("The highest age cannot be below the lowest.")
    if not parameters.countries:
        errors["countries"] = _("Mark at least one country.")
    if not parameters.sectors:
        errors["sectors"] = _("Mark at least one sector.")
    if errors:
        raise ValidationError(errors)
