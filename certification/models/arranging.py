"""Which assessments wait for a centre: for who manages it, and for who evaluates there."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission, Role
from beneficiaries.models import Person
from certification.choices import (
    AT_CENTRE_STATES,
    AssessmentState,
    SignatureKind,
)
from certification.models.assessment_lists import has_part
from certification.models.assessments import Assessment
from certification.models.evaluators import EvaluatorAccreditation, EvaluatorCentre
from certification.models.signatures import Signature


def to_arrange(user):
    """Those of the own centre that `user` may plan or send on, whoever accompanies the person.

    The centre is the one that was asked to plan, and later the one of the plan. Its manager
    proposes a plan and changes it, and sends to verification what was explained to the person;
    who has another part in the assessment, or had one before an appeal, has that one alone
    (CERT-5). An evaluator who belongs to it today, accredited in the standard, proposes the
    plan that it is asked for, and changes her own until it is agreed on.
    Nobody finds a person from whom they are barred, or whose data are restricted.
    """
    explained = Q(
        pk__in=Signature.objects.filter(kind=SignatureKind.RESULT, cleared_at=None).values(
            "assessment"
        ),
        state=AssessmentState.JUDGED,
    )
    return Assessment.objects.filter(
        _managed_by(user) & (Q(state__in=AT_CENTRE_STATES) | explained)
        | _where_they_evaluate(user),
        person__in=_people_for(user),
    )


def is_managed(assessment):
    """Whether somebody manages its centre who would find it there, once it is explained."""
    managers = User.objects.with_role(Role.CENTRE_MANAGER, at=assessment.centre.organization_id)
    here = Assessment.objects.filter(pk=assessment.pk)
    return any(
        here.filter(_managed_by(each), person__in=_people_for(each)).exists() for each in managers
    )


def _people_for(user):
    return Person.objects.not_barred_to(user).standing().to_be_used()


def _managed_by(user):
    part = has_part(Assessment, user)
    return user.where(Permission.CENTRE_APPLY, "centre__organization") & ~part


def _where_they_evaluate(user):
    if not user.may(Permission.ASSESSMENT_CONDUCT):
        return Q(pk__in=[])
    today = timezone.localdate()
    centres = EvaluatorCentre.objects.on(today).filter(evaluator__user=user)
    held = EvaluatorAccreditation.objects.active_on(today).filter(evaluator__user=user)
    asked = Q(state=AssessmentState.ADMITTED) & ~has_part(Assessment, user)
    own = Q(state=AssessmentState.PLANNED, evaluator=user)
    return (asked | own) & Q(
        centre__in=centres.values("centre"), standard__in=held.values("standard")
    )
