"""Asking the reintegration index, and what the answers come to (`domain.md` 8.2)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.consents import check_consent
from beneficiaries.choices import INDEX_DAYS_BETWEEN, ConsentPurpose
from beneficiaries.models import IndexAnswers, IndexScore, IndexVersion, Person
from beneficiaries.models.reintegration import SCORES
from beneficiaries.rules.reintegration import Questionnaire, score
from genesis.lib.states import change, lock

INDEX = "RIX"


class TooSoon(Exception):
    """The index was asked less than sixty days before, or after."""

    def __init__(self, other: date) -> None:
        super().__init__(
            _("It was asked on {day}: at least {days} days lie between two.").format(
                day=f"{other:%d/%m/%Y}", days=INDEX_DAYS_BETWEEN
            )
        )


def current_version() -> IndexVersion:
    """The version of the index that is asked today."""
    return IndexVersion.objects.filter(code=INDEX).latest("number")


def questionnaire_of(version: IndexVersion) -> Questionnaire:
    """The questions of a version, with what each answer is worth."""
    return Questionnaire.read(version.content)


@transaction.atomic
def record_index(
    person: Person, *, key: UUID, on: date, answers: Mapping[str, str], by: User
) -> IndexAnswers:
    """Keep what a person answered (item → code of the answer) on a day, and its scores.

    Raises TooSoon, OtherContent, and ValidationError for an unknown answer, a day
    before the registration or after today, and without the consent to sensitive
    data (CASE-3).
    """
    sent = claim(key, by=by, content=[person, on, dict(answers)])
    if sent.result:
        return IndexAnswers.objects.get(pk=sent.result)
    lock(person)  # of two who ask at once, the second is told
    check_consent(person, ConsentPurpose.SENSITIVE)
    version = current_version()
    _check(person, on, answers, questionnaire_of(version))
    kept = IndexAnswers.objects.create(
        person=person, asked_in=version, on=on, answers=dict(answers), recorded_by=by
    )
    _keep_score(kept, version)
    settle(sent, kept)
    record_activity("index.recorded", kept, by=by)
    return kept


def _check(
    person: Person, on: date, answers: Mapping[str, str], questionnaire: Questionnaire
) -> None:
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day is in the future.")})
    if on < person.registered_on:
        raise ValidationError({"on": _("This day is before the registration.")})
    for code, answer in answers.items():
        item = questionnaire.by_code.get(code)
        if item is None or item.option(answer) is None:
            raise ValidationError(_("“{code}” has no such answer.").format(code=code))
    near = timedelta(INDEX_DAYS_BETWEEN - 1)
    others = person.index_answers.in_force().filter(on__range=(on - near, on + near))
    if other := others.order_by("-on").first():
        raise TooSoon(other.on)


def _keep_score(kept: IndexAnswers, version: IndexVersion, *, rescored: bool = False) -> IndexScore:
    scores = score(questionnaire_of(version), kept.answers)
    return IndexScore.objects.create(
        answers=kept,
        scored_by=version,
        rescored=rescored,
        **{name: scores[name].kept for name in SCORES},
    )


@transaction.atomic
def void_index(answers: IndexAnswers, *, version: int, reason: str, by: User) -> IndexAnswers:
    """Say that an index was recorded in error, and why: it counts no more. Raises StaleRecord."""
    answers = lock(answers)
    if answers.voided_at:
        raise ValidationError(_("It was voided before."))
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    changes = change(
        answers, version=version, voided_at=timezone.now(), voided_by=by, voided_reason=reason
    )
    record_activity("index.voided", answers, by=by, changes=changes)
    return answers


@transaction.atomic
def load_version(content: Mapping[str, Any]) -> IndexVersion:
    """Take in a version of the index, once; what was asked before is scored by it too.

    The scores of earlier versions stay: a change is only ever told within one version.
    Raises ValueError when the number is known with other content.
    """
    number, source = content["number"], content["weight_source"]
    version, new = IndexVersion.objects.get_or_create(
        code=content["code"],
        number=number,
        defaults={"weight_source": source, "content": content},
    )
    if version.content != content:
        raise ValueError(f"version {number} of {content['code']} is there with other content")
    if new:
        for each in IndexAnswers.objects.in_force():
            _keep_score(each, version, rescored=True)
    return version
