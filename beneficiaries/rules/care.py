"""When somebody is to be protected at once, and when a plan, a review or a contact is due."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from beneficiaries.choices import RiskLevel, YesNo

ALWAYS_DANGEROUS = {"suicide_risk", "threat"}  # codes of the list «vulnerability»
DANGEROUS_NOW = "gbv"  # together with «in danger now»
PLAN_WITHIN = timedelta(days=30)
SILENT_AFTER = timedelta(days=60)
ATTEMPTS, ATTEMPTS_OVER = 3, timedelta(days=30)


def calls_for_protocol(
    level: str, current_danger: str, flags: Collection[str], *, asked: bool = True
) -> bool:
    """Whether the answers call for a safety protocol the same day (CASE-18).

    Where vulnerabilities were not `asked`, a danger of today is enough by itself.
    """
    if level == RiskLevel.HIGH or ALWAYS_DANGEROUS & set(flags):
        return True
    return current_danger == YesNo.YES and (DANGEROUS_NOW in flags or not asked)


def plan_due_on(opened_on: date) -> date:
    """By when a plan is proposed (CASE-31)."""
    return opened_on + PLAN_WITHIN


def review_due_on(agreed_on: date, reviewed_on: date | None, every_days: int) -> date:
    """By when a plan is looked at again (CASE-31)."""
    return (reviewed_on or agreed_on) + timedelta(days=every_days)


def is_silent(last_contact_on: date, today: date) -> bool:
    """Whether nobody has spoken with somebody for sixty days (CASE-31)."""
    return today - last_contact_on >= SILENT_AFTER


def is_lost(attempts: Sequence[date]) -> bool:
    """Whether the days of the attempts since the last contact let a case be closed (CASE-31)."""
    return len(attempts) >= ATTEMPTS and max(attempts) - min(attempts) >= ATTEMPTS_OVER
