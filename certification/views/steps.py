"""Which buttons an assessment has for whom: the page's own reading of the table of moves."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from certification import permissions
from certification.actions.appealing import can_be_appealed
from certification.actions.leaving import can_be_left
from certification.actions.renewing import can_be_renewed
from certification.choices import DECIDED_STATES, JudgementOutcome
from certification.choices import AssessmentState as State


@dataclass(frozen=True)
class Button:
    """A step that somebody may take now."""

    title: Any
    url: str
    primary: bool


IN_TRAINING = [
    (_("Close the training"), "certification:training_close", permissions.can_prepare, True)
]
# state → (text, page, who may, whether it is the next thing to do)
BUTTONS = {
    State.ENROLLED: [
        (_("Record the diagnosis"), "certification:diagnosis_record", permissions.can_prepare, True)
    ],
    State.DIAGNOSED: [
        (_("Admit"), "certification:assessment_admit", permissions.can_prepare, True),
        (
            _("Refer to a training"),
            "certification:training_refer",
            permissions.can_prepare,
            False,
        ),
    ],
    State.IN_TRAINING: IN_TRAINING,
    State.ADMITTED: [
        (_("Plan the assessment"), "certification:plan_propose", permissions.can_plan, True),
        (_("Ask a centre to plan it"), "certification:centre_ask", permissions.can_prepare, False),
    ],
    State.PLANNED: [
        (_("Agree on the plan"), "certification:plan_agree", permissions.can_agree, True),
        (_("Change the plan"), "certification:plan_propose", permissions.can_plan, False),
    ],
    State.PLAN_AGREED: [
        (_("Begin the assessment"), "evaluation:session_start", permissions.can_conduct, True),
        (_("Change the plan"), "certification:plan_propose", permissions.can_plan, False),
    ],
    State.IN_ASSESSMENT: [
        (_("Go on with the assessment"), "evaluation:session_open", permissions.can_conduct, True)
    ],
    State.EVIDENCE_CLOSED: [
        (_("Sign the judgement"), "evaluation:judgement_sign", permissions.can_sign, True),
        (_("All items"), "evaluation:session_open", permissions.can_conduct, False),
    ],
    State.JUDGED: [
        (_("Send to verification"), "evaluation:verification_request", permissions.can_sign, True)
    ],
    State.IN_VERIFICATION: [
        (_("It conforms"), "certification:portfolio_approve", permissions.can_verify, True),
        (
            _("Return to the evaluator"),
            "certification:portfolio_return",
            permissions.can_verify,
            False,
        ),
    ],
    State.VERIFIED: [
        (
            _("Return to verification"),
            "certification:verification_return",
            permissions.can_decide,
            False,
        )
    ],
}
APPEALED = [
    (
        _("Let the decision stand"),
        "certification:decision_confirm",
        permissions.can_resolve_appeal,
        False,
    ),
    (
        _("Take the decision back"),
        "certification:decision_revoke",
        permissions.can_resolve_appeal,
        False,
    ),
    (
        _("Have the assessment repeated"),
        "certification:assessment_redo",
        permissions.can_resolve_appeal,
        False,
    ),
    (
        _("Name who resolves the appeal"),
        "certification:panel_name",
        permissions.can_name_panel,
        True,
    ),
]
APPEAL = (_("Record an appeal"), "certification:appeal_lodge")
AFTER_NOT_YET = [
    (
        _("Begin another attempt"),
        "certification:assessment_repeat",
        permissions.can_repeat,
        True,
    ),
    (_("Refer to a training"), "certification:training_refer", permissions.can_prepare, False),
]
MISSED = [(_("Choose another day"), "certification:plan_propose", permissions.can_plan, True)]
STOPPED = [(_("Close the evidence"), "evaluation:evidence_close", permissions.can_conduct, True)]
VERDICTS = {
    JudgementOutcome.COMPETENT: (_("Grant the certificate"), "certification:certification_grant"),
    JudgementOutcome.NOT_YET: (_("Confirm: not yet competent"), "certification:not_yet_confirm"),
}
LEAVING = [
    (
        _("Withdraw the person"),
        "certification:assessment_withdraw",
        permissions.can_withdraw,
        State.WITHDRAWN,
    ),
    (
        _("Cancel the assessment"),
        "certification:assessment_cancel",
        permissions.can_cancel,
        State.CANCELLED,
    ),
]


def _ahead(assessment):
    if assessment.day_is_missed:
        return MISSED
    if assessment.state == State.CLOSED_NOT_YET:
        return _after_not_yet(assessment)
    if assessment.state == State.IN_APPEAL:
        return APPEALED
    if assessment.state == State.IN_ASSESSMENT and assessment.stopped_at:
        return STOPPED
    return BUTTONS.get(State(assessment.state), [])


def _after_not_yet(assessment):
    """Another attempt follows once, and a training under way is closed first."""
    if assessment.next_attempt:
        return []
    in_training = any(each.closed_at is None for each in assessment.trainings.all())
    return IN_TRAINING if in_training else AFTER_NOT_YET


def main_step(assessment):
    """The next thing to do with an assessment, for whoever it waits for; None if nothing is."""
    return next(
        (
            Button(title, reverse(name, args=[assessment.public_id]), primary)
            for title, name, _may, primary in _ahead(assessment)
            if primary
        ),
        None,
    )


def steps_for(user, assessment, judgement, *, certificate=None):
    """The buttons of an assessment for one user, the next thing to do first.

    `certificate` is the one that came of it, where the page shows it.
    """
    buttons = [
        Button(title, reverse(name, args=[assessment.public_id]), primary)
        for title, name, may, primary in _ahead(assessment)
        if may(user, assessment)
    ]
    if (
        assessment.state == State.VERIFIED
        and judgement
        and permissions.can_decide(user, assessment)
    ):
        title, name = VERDICTS[JudgementOutcome(judgement.outcome)]
        buttons.insert(0, Button(title, reverse(name, args=[assessment.public_id]), True))
    if (
        assessment.state in DECIDED_STATES
        and user.may(Permission.APPEAL_LODGE)
        and can_be_appealed(assessment)
        and permissions.can_lodge(user, assessment)
    ):
        title, name = APPEAL
        buttons.append(Button(title, reverse(name, args=[assessment.public_id]), False))
    elif (
        certificate
        and can_be_renewed(certificate)
        and permissions.can_enrol(user, assessment.person)
    ):
        address = reverse("certification:certificate_renew", args=[certificate.public_id])
        buttons.append(Button(_("Renew the certificate"), address, True))
    following = assessment.MOVES[assessment.state]
    leaving = [
        Button(title, reverse(name, args=[assessment.public_id]), False)
        for title, name, may, to in LEAVING
        if to in following and may(user, assessment)
    ]
    return buttons + leaving if leaving and can_be_left(assessment) else buttons
