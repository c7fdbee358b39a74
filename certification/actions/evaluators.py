"""Registering evaluators, accrediting them standard by standard, and where they evaluate."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from accounts.roles import Role
from certification.actions.accreditation import check_days
from certification.actions.parts import check_role, given_reason
from certification.actions.refusals import NotPossible, OwnSuspension
from certification.choices import EVALUATOR_HELD, PANEL_SEATS, CertificateState, EvaluatorState
from certification.models import (
    Centre,
    Certificate,
    Evaluator,
    EvaluatorAccreditation,
    EvaluatorCentre,
    Standard,
)
from genesis.lib.search import plain
from genesis.lib.states import MoveNotAllowed, change, lock, move

State = EvaluatorState


class NoFoundingPanel(NotPossible):
    """The founding panel has two experts, until the first certificates exist (CERT-4)."""


class OwnAccreditation(NotPossible):
    """Nobody accredits themselves."""

    sentence = gettext_noop("Nobody accredits herself or himself: somebody else decides.")


@transaction.atomic
def register_evaluator(*, key: UUID, user: User, by: User, **answers: Any) -> Evaluator:
    """Take somebody who evaluates into the register, with the certificate of the training.

    Raises NotInThatRole, ValidationError when registered before, and OtherContent.
    """
    sent = claim(key, by=by, content=[user, answers])
    if sent.result:
        return Evaluator.objects.get(pk=sent.result)
    user = lock(user)
    check_role(user, Role.EVALUATOR, on=timezone.localdate())
    if Evaluator.objects.filter(user=user).exists():
        raise ValidationError({"user": _("She or he is registered already.")})
    evaluator = Evaluator(user=user, registered_by=by, **answers)
    _check_certificate(answers)
    evaluator.save()
    settle(sent, evaluator)
    record_activity("evaluator.registered", evaluator, by=by)
    return evaluator


@transaction.atomic
def change_evaluator(evaluator: Evaluator, *, version: int, by: User, **answers: Any) -> Evaluator:
    """Correct sex, department and the training certificate, or enter a newer one.

    Raises OwnAccreditation, ValidationError and StaleRecord.
    """
    evaluator = lock(evaluator)
    check_not_own(evaluator, by)
    _check_certificate(answers)
    changes = change(evaluator, version=version, **answers)
    record_activity("evaluator.changed", evaluator, by=by, changes=changes)
    return evaluator


def check_not_own(evaluator: Evaluator, by: User) -> None:
    """Raise OwnAccreditation for whoever would decide on themselves (SEC-13)."""
    if evaluator.user == by:
        raise OwnAccreditation


def _check_certificate(answers: dict[str, Any]) -> None:
    issued, expires = answers["certificate_issued_on"], answers["certificate_expires_on"]
    if issued > timezone.localdate():
        raise ValidationError({"certificate_issued_on": _("This day has not come yet.")})
    if expires and expires < issued:
        words = _("It cannot expire before it was issued.")
        raise ValidationError({"certificate_expires_on": words})


@transaction.atomic
def propose_evaluator(
    evaluator: Evaluator,
    *,
    key: UUID,
    standard: Standard,
    folio: str,
    external_evidence: str,
    sponsor: str,
    by: User,
) -> EvaluatorAccreditation:
    """Propose somebody for a standard: as the holder of its certificate, or for its founding panel.

    With a `folio` it is the certificate; without one, evidence from elsewhere
    and who vouches for it. Raises ValidationError, NoFoundingPanel, OtherContent.
    """
    sent = claim(key, by=by, content=[evaluator, standard, folio, external_evidence, sponsor])
    if sent.result:
        return EvaluatorAccreditation.objects.get(pk=sent.result)
    standard = lock(standard)  # two take the seats of its panel one after the other
    evaluator = lock(evaluator)
    proposed = evaluator.accreditations.filter(standard=standard, state=State.PROPOSED)
    if proposed.exists():
        raise ValidationError({"standard": _("She or he is proposed for it already.")})
    made = EvaluatorAccreditation(evaluator=evaluator, standard=standard, state_by=by)
    if folio:
        made.own_certificate = _own_certificate(evaluator, standard, folio)
    else:
        _check_told(external_evidence, sponsor)
        made.panel_seat = _free_seat(evaluator, standard)
        made.external_evidence, made.sponsor = external_evidence, sponsor
    made.save()
    settle(sent, made)
    record_activity("evaluator.proposed", made, by=by, standard=standard.code)
    return made


def _own_certificate(evaluator: Evaluator, standard: Standard, folio: str) -> Certificate:
    """The evaluator's own, in force, in that standard; all else is answered alike."""
    found = Certificate.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()),
        folio__iexact=folio,
        standard=standard,
        state=CertificateState.VALID,
    ).first()
    words = set(plain(str(evaluator.user)).split())
    if found is None or not words <= set(plain(found.holder_name).split()):
        raise ValidationError(
            {
                "folio": _(
                    "There is no certificate in force with this folio, in this standard and in"
                    " the name of {evaluator}."
                ).format(evaluator=evaluator)
            }
        )
    return found


def _check_told(evidence: str, sponsor: str) -> None:
    missing = _("Write it, or the folio of the own certificate.")
    told = {"external_evidence": evidence, "sponsor": sponsor}
    if errors := {name: missing for name, text in told.items() if not text}:
        raise ValidationError(errors)


def _check_founding(standard: Standard) -> None:
    if Certificate.objects.filter(standard=standard).exists():
        raise NoFoundingPanel(
            _(
                "There are certificates of %(standard)s: from now on whoever evaluates in it holds"
                " one. Write its folio."
            )
            % {"standard": standard}
        )


def _free_seat(evaluator: Evaluator, standard: Standard) -> int:
    """The seat of the founding panel that is the evaluator's, or the first that is nobody's."""
    _check_founding(standard)
    taken = EvaluatorAccreditation.objects.filter(
        standard=standard, panel_seat__isnull=False
    ).exclude(state=State.REVOKED)
    seats = dict(taken.values_list("panel_seat", "evaluator"))
    for seat in range(1, PANEL_SEATS + 1):
        if seats.get(seat, evaluator.pk) == evaluator.pk:
            return seat
    raise NoFoundingPanel(
        _("The founding panel of %(standard)s has its %(seats)s experts.")
        % {"standard": standard, "seats": PANEL_SEATS}
    )


def _go(
    accreditation: EvaluatorAccreditation,
    to: State,
    *,
    version: int,
    by: User,
    reason: str = "",
    verb: str = "",
    **days: date,
) -> None:
    check_not_own(accreditation.evaluator, by)
    changes = move(
        accreditation,
        to,
        version=version,
        state_since=timezone.now(),
        state_by=by,
        reason=reason,
        **days,
    )
    changes.pop("state_since", None)
    record_activity(
        f"evaluator.{verb or to}",
        accreditation,
        by=by,
        changes=changes,
        standard=accreditation.standard.code,
    )


@transaction.atomic
def accredit_evaluator(
    accreditation: EvaluatorAccreditation,
    *,
    version: int,
    valid_from: date,
    valid_until: date,
    by: User,
) -> EvaluatorAccreditation:
    """Let somebody evaluate in a standard, from one day to another (CERT-4).

    Raises OwnAccreditation, MoveNotAllowed unless proposed, NoFoundingPanel once
    there are certificates, NotPossible when what it rests upon is not in force,
    and ValidationError for the days.
    """
    lock(accreditation.standard)
    accreditation = lock(accreditation)
    if accreditation.state != State.PROPOSED:
        raise MoveNotAllowed(accreditation, State.ACCREDITED)
    if accreditation.panel_seat:
        _check_founding(accreditation.standard)
    _check_days(accreditation, valid_from, valid_until)
    if not accreditation.evaluator.is_trained_on(valid_from):
        raise NotPossible(_("The training certificate is not in force on the first day."))
    if not accreditation.proof_holds_on(valid_from):
        raise NotPossible(_("The own certificate is not in force on the first day."))
    _go(
        accreditation,
        State.ACCREDITED,
        version=version,
        by=by,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return accreditation


def _check_days(accreditation: EvaluatorAccreditation, first: date, last: date) -> None:
    held = EvaluatorAccreditation.objects.filter(
        evaluator=accreditation.evaluator_id,
        standard=accreditation.standard_id,
        state__in=EVALUATOR_HELD,
    )
    taken = _("She or he is accredited in this standard until {day}: begin after it.")
    check_days(first, last, held=held, taken=taken)


@transaction.atomic
def suspend_evaluator(
    accreditation: EvaluatorAccreditation, *, version: int, reason: str, by: User
) -> EvaluatorAccreditation:
    """Let somebody evaluate nobody new for now; what was judged stays. Raises ReasonMissing."""
    accreditation = lock(accreditation)
    _go(accreditation, State.SUSPENDED, version=version, by=by, reason=given_reason(reason))
    return accreditation


@transaction.atomic
def lift_evaluator_suspension(
    accreditation: EvaluatorAccreditation, *, version: int, by: User
) -> EvaluatorAccreditation:
    """Let somebody evaluate again; another person than who suspended it does.

    Raises OwnSuspension, and MoveNotAllowed unless suspended.
    """
    accreditation = lock(accreditation)
    if accreditation.state != State.SUSPENDED:
        raise MoveNotAllowed(accreditation, State.ACCREDITED)
    if accreditation.state_by == by:
        raise OwnSuspension
    _go(accreditation, State.ACCREDITED, version=version, by=by, verb="suspension_lifted")
    return accreditation


@transaction.atomic
def revoke_evaluator(
    accreditation: EvaluatorAccreditation, *, version: int, reason: str, by: User
) -> EvaluatorAccreditation:
    """Take an accreditation, or a proposal, back for good. Raises ReasonMissing."""
    accreditation = lock(accreditation)
    _go(accreditation, State.REVOKED, version=version, by=by, reason=given_reason(reason))
    return accreditation


# Centres


@transaction.atomic
def join_centre(
    evaluator: Evaluator,
    *,
    key: UUID,
    centre: Centre,
    valid_from: date,
    valid_until: date | None,
    by: User,
) -> EvaluatorCentre:
    """Let somebody evaluate at a centre, from a day on.

    Raises OwnAccreditation, ValidationError and OtherContent.
    """
    check_not_own(evaluator, by)
    sent = claim(key, by=by, content=[evaluator, centre, valid_from, valid_until])
    if sent.result:
        return EvaluatorCentre.objects.get(pk=sent.result)
    if valid_until and valid_until < valid_from:
        raise ValidationError({"valid_until": _("The last day cannot come before the first.")})
    evaluator = lock(evaluator)
    made = EvaluatorCentre(
        evaluator=evaluator,
        centre=centre,
        valid_from=valid_from,
        valid_until=valid_until,
        given_by=by,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        words = _("She or he belongs to this centre in those days.")
        raise ValidationError({"centre": words}) from None
    settle(sent, made)
    record_activity("evaluator.joined_centre", made, by=by, centre=centre.code)
    return made


@transaction.atomic
def leave_centre(
    membership: EvaluatorCentre, *, version: int, valid_until: date, by: User
) -> EvaluatorCentre:
    """Say which day was, or is, the last at a centre. Raises OwnAccreditation, ValidationError."""
    membership = lock(membership)
    check_not_own(membership.evaluator, by)
    if valid_until < membership.valid_from:
        raise ValidationError({"valid_until": _("The last day cannot come before the first.")})
    if membership.valid_until and valid_until > membership.valid_until:
        raise ValidationError({"valid_until": _("It ends before that day already.")})
    changes = change(membership, version=version, valid_until=valid_until)
    record_activity(
        "evaluator.left_centre",
        membership,
        by=by,
        changes=changes,
        centre=membership.centre.code,
    )
    return membership
