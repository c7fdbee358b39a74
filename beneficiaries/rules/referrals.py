"""The clocks of referrals: elapsed hours to an institution, working days for our own answer."""

from datetime import datetime, timedelta

from beneficiaries.choices import ReferralPriority

# Elapsed time: nights, weekends and holidays count (CASE-28).
WITHIN = {
    ReferralPriority.EMERGENCY: timedelta(hours=24),
    ReferralPriority.URGENT: timedelta(hours=72),
    ReferralPriority.NORMAL: timedelta(hours=14 * 24),
}
ANSWER_IN = 5  # [P] working days in which whoever sent somebody is answered


def due_at(priority: str, sent_at: datetime) -> datetime:
    """When a referral that was sent at a moment should have been acknowledged."""
    return sent_at + WITHIN[ReferralPriority(priority)]
