"""The rule sets of eligibility with their versions, and trying them on somebody."""

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.actions.cases import inputs_of
from beneficiaries.actions.rule_sets import country_names, renew_rule_set
from beneficiaries.forms.rule_sets import FactsForm, FileForm, RuleSetForm, TriedJobs
from beneficiaries.models import EligibilityDecision, Person, Phase, RuleSet
from beneficiaries.rules.eligibility import RuleParameters, decide
from beneficiaries.rules.explaining import explain, in_words
from beneficiaries.views.set_up import take_set_up
from genesis.lib.policy import allow

ASK = require_http_methods(["GET", "HEAD", "POST"])


def _rule_sets():
    """Every version, with what uses it."""
    decisions = EligibilityDecision.objects.filter(rule_set=OuterRef("pk"))
    return (
        RuleSet.objects.annotate(decided=Exists(decisions))
        .select_related("recorded_by")
        .prefetch_related("phases", "fundings__phase", "fundings__donor")
        .order_by("code", "-number")
    )


@allow(Permission.RULE_SET_MANAGE)
@require_safe
def rule_set_list(request):
    return render(request, "beneficiaries/rule_set_list.html", {"rule_sets": _rule_sets()})


@allow(Permission.RULE_SET_MANAGE)
@require_safe
def rule_set_detail(request, public_id):
    rule_set = get_object_or_404(_rule_sets(), public_id=public_id)
    parameters = RuleParameters.from_dict(rule_set.parameters)
    context = {
        "rule_set": rule_set,
        "rows": in_words(parameters, country_names()),
        "versions": RuleSet.objects.filter(code=rule_set.code).order_by("-number"),
    }
    return render(request, "beneficiaries/rule_set_detail.html", context)


@allow(Permission.RULE_SET_MANAGE)
@ASK
def rule_set_renew(request, public_id):
    old = get_object_or_404(RuleSet, public_id=public_id)
    form = RuleSetForm(request.POST or None, old=old)
    return take_set_up(
        request,
        form,
        lambda: renew_rule_set(old, **form.answers(), by=request.user),
        title=_("New version of the rules"),
        lead=_("From {old}, which stays as it is.").format(old=old),
        done=_("Version saved. Nothing is decided by it until a phase is given it."),
    )


@allow(Permission.RULE_SET_MANAGE)
@ASK
def eligibility_try(request):
    """Whether somebody would be eligible, and why: from facts or a file; nothing is stored."""
    from_file = "file_number" in request.POST
    typed = request.POST or None
    initial = {"rules": _rules_of_today()}
    file_form = FileForm(typed if from_file else None, initial=initial, prefix=None)
    facts_form = FactsForm(None if from_file else typed, initial=initial, auto_id="facts_%s")
    jobs = TriedJobs(None if from_file else typed, prefix="job")
    context = {"file_form": file_form, "facts_form": facts_form, "jobs": jobs}
    context |= _tried_file(request, file_form) if from_file else _tried_facts(facts_form, jobs)
    asked = request.method == "POST" and "answer" not in context
    return render(
        request, "beneficiaries/eligibility_try.html", context, status=422 if asked else 200
    )


def _rules_of_today():
    phase = Phase.objects.select_related("rule_set").order_by("-starts_on").first()
    return phase.rule_set.public_id if phase else None


def _tried_file(request, form):
    if not form.is_valid():
        return {}
    people = Person.objects.visible_to(request.user).prefetch_related("trips", "jobs__country")
    person = people.filter(file_number=form.cleaned_data["file_number"]).first()
    if person is None:
        form.add_error("file_number", _("You see no file with this number."))
        return {}
    record_reading(request, people=[person.pk])
    return {"person": person, **_answer(form.cleaned_data["rules"], inputs_of(person))}


def _tried_facts(form, jobs):
    if not (form.is_bound and form.is_valid() and jobs.is_valid()):
        return {}
    told = [each.job() for each in jobs if each.has_changed()]
    return _answer(form.cleaned_data["rules"], form.inputs(told))


def _answer(rule_set, inputs):
    parameters = RuleParameters.from_dict(rule_set.parameters)
    return {
        "rule_set": rule_set,
        "answer": decide(inputs, parameters),
        "criteria": explain(inputs, parameters, country_names()),
    }
