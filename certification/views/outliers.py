"""Looking at the assessments of an evaluator that stand out."""

from django.utils.translation import gettext as _

from accounts.roles import Permission
from certification import permissions
from certification.actions.outliers import newest_judgement, review_outliers
from certification.contributions.outliers import find_outliers
from certification.forms.evaluators import OutlierReviewForm
from certification.views.accreditation import ASK, take_answers
from certification.views.evaluators import get_evaluator, shown_outliers
from genesis.lib.policy import allow, require


@allow(Permission.ACCREDIT)
@ASK
def outliers_review(request, public_id):
    """What was found of them, by somebody else than the evaluator."""
    evaluator = get_evaluator(request, public_id)
    require(permissions.can_accredit(request.user, evaluator))
    # First: what is signed while the page is made was not looked at.
    form = OutlierReviewForm(request.POST or None, initial={"up_to": newest_judgement(evaluator)})
    signs = shown_outliers(find_outliers().get(evaluator.pk, []))
    return take_answers(
        request,
        form,
        lambda: review_outliers(evaluator, **form.cleaned_data, by=request.user),
        title=_("Assessments that stand out"),
        lead=" ".join(f"{standard}: {words}" for standard, words in signs),
        done=_("Kept. It comes again only with new assessments."),
        then=evaluator,
        evaluator=evaluator,
    )
