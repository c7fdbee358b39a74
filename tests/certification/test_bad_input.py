"""Every form of the process, answered with what nobody should type.

The rows of the list of bad inputs over the steps of an assessment: each answer
is an error in Spanish at its field, with what was typed, or is kept; nothing answers 500.
"""

from datetime import date
from html import unescape
from itertools import zip_longest

import pytest
from django import forms
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, Organization, User
from certification.models import CorrectiveAction
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory, DistrictFactory
from tests.factories.certification import (
    AccreditationFactory,
    AssessmentFactory,
    CentreFactory,
    CertifyingBodyFactory,
    EvaluatorAccreditationFactory,
    EvaluatorFactory,
    StandardFactory,
    StandardVersionFactory,
    VisitFactory,
    hand,
    let_assess,
    real_standard,
)
from tests.unchanged import text_of

pytestmark = pytest.mark.django_db
MODELS = [*apps.get_app_config("certification").get_models()]
# page of a step → how far the assessment is, and who of its people takes the step
STEPS = {
    "certification:diagnosis_record": ({}, "enrolled_by"),
    "certification:assessment_admit": ({"diagnosed": True}, "enrolled_by"),
    "certification:plan_propose": ({"admitted": True}, "enrolled_by"),
    "certification:plan_agree": ({"planned": True}, "evaluator"),
    "certification:assessment_withdraw": ({"planned": True}, "enrolled_by"),
    "certification:assessment_cancel": ({"planned": True}, "coordinator"),
    "certification:portfolio_approve": ({"in_verification": True}, "verifier"),
    "certification:portfolio_return": ({"in_verification": True}, "verifier"),
    "certification:certification_grant": ({"verified": True}, "officer"),
    "certification:verification_return": ({"verified": True}, "officer"),
    "certification:not_yet_confirm": ({"verified": True, "competent": False}, "officer"),
    "evaluation:session_start": ({"plan_agreed": True}, "evaluator"),
    "evaluation:observation_record": ({"in_assessment": True}, "evaluator"),
    "evaluation:safety_stop": ({"in_assessment": True}, "evaluator"),
    "evaluation:judgement_sign": ({"evidence_closed": True}, "evaluator"),
    "evaluation:verification_request": ({"judged": True}, "evaluator"),
}
TEXTS = ["a\x00b", "\u202egnp.exe", "\u200b\u200b", "a" * 100_000, "a" + "\u0301" * 100, "a\x07b"]
MARKUP = ["<script>alert(1)</script>", "{{7*7}} {% debug %}", "%s ${jndi:x}", "=1+1", "Null", "'--"]
CHOICES = ["", "00", "-1", "x", "1e3", "9" * 40, "a\x00b", "1 OR 1=1", "competent"]
DAYS = [
    "",
    "31/02/2027",
    "2027-02-30",
    "0000-00-00",
    "9999999-01-01",
    "1899-12-31",
    "mañana",
    "\x00",
]
HOURS = ["", "25:00", "9", "09:60", "\x00", "a las nueve"]
NUMBERS = ["", "x", "-1", "9" * 40, "\x00", "1.5", "1e3"]
# What is filled in well where it is not any word, or any day to come.
WELL = {"certificate_issued_on": "2026-05-06", "folio": ""}
VERSIONS = ["", "x", "-1", "9" * 40, "\x00", "1.5"]
KEYS = ["", "x", "9" * 40, "\x00"]
# kinds of fields → what nobody was offered in them
NOT_OFFERED = [
    (["ChoiceField", "TypedChoiceField", "MultipleChoiceField", "ModelChoiceField"], CHOICES),
    (["DateField"], DAYS),
    (["TimeField"], HOURS),
    (["BooleanField"], [""]),
    (["IntegerField"], NUMBERS),
    (["version"], VERSIONS),
    (["key"], KEYS),
]
ENGLISH = ("This field", "Enter a", "Ensure this", "Select a", "Write ", "Choose ", "The text")


def with_a_standard(make):
    """A record, and a standard to choose."""
    StandardVersionFactory()
    return make()


def a_centre():
    return CentreFactory().organization


def somebody_to_register():
    """Somebody in that role, and a department to choose."""
    DistrictFactory()
    return UserFactory(evaluator=True)


def a_correction():
    return CorrectiveAction.objects.create(
        accreditation=AccreditationFactory(accredited=True),
        text="Extintor",
        due_on=timezone.localdate(),
        raised_by=UserFactory(programme_coordinator=True),
    )


def a_membership():
    _centre, user = let_assess(StandardFactory())
    return user.evaluator.centres.get()


# page of a step of accreditation → the record that it is about, and by what it is known
ACCREDITING = {
    "certification:accreditation_request": lambda: with_a_standard(a_centre),
    "certification:accreditation_renew": lambda: AccreditationFactory(accredited=True),
    "certification:visit_plan": lambda: AccreditationFactory(state="documents_ok"),
    "certification:visit_record": lambda: AccreditationFactory(state="visit_planned"),
    "certification:accreditation_grant": lambda: VisitFactory().accreditation,
    "certification:accreditation_suspend": lambda: AccreditationFactory(accredited=True),
    "certification:correction_create": lambda: AccreditationFactory(accredited=True),
    "certification:correction_close": a_correction,
    "certification:equipment_record": lambda: AccreditationFactory(
        standard=real_standard().standard
    ),
    "certification:evaluator_create": somebody_to_register,
    "certification:evaluator_change": EvaluatorFactory,
    "certification:evaluator_propose": lambda: with_a_standard(EvaluatorFactory),
    "certification:evaluator_accredit": lambda: EvaluatorAccreditationFactory(proposed=True),
    "certification:evaluator_revoke": EvaluatorAccreditationFactory,
    "certification:centre_join": lambda: CentreFactory() and EvaluatorFactory(),
    "certification:centre_leave": a_membership,
}
ASKED_BY_CENTRES = {"certification:accreditation_request", "certification:accreditation_renew"}


def accrediting(name, client):
    """The page of a step of accreditation, opened by whoever takes it."""
    record = ACCREDITING[name]()
    args = [] if isinstance(record, User) else [record.public_id]
    if name == "certification:equipment_record":
        args = [record.centre.organization.public_id, record.standard.public_id]
    by = {"programme_coordinator": True}
    if name in ASKED_BY_CENTRES:
        place = record if isinstance(record, Organization) else record.centre.organization
        by = {"centre_manager": True, "at": place}
    client.force_login(UserFactory(**by))
    return Step(client, reverse(name, args=args))


@pytest.fixture(params=[*STEPS, *ACCREDITING])
def step(request, client):
    """The page of a step, opened by whoever takes it, and its form filled in well."""
    if request.param in ACCREDITING:
        return accrediting(request.param, client)
    CertifyingBodyFactory()
    for role in ("verifier", "officer"):
        UserFactory(**{role: True})
    reached, who = STEPS[request.param]
    assessment = AssessmentFactory(**reached)
    ConsentFactory(person=assessment.person, purpose="sensitive")  # of the help on a plan
    let_assess(assessment.standard)
    people = {"coordinator": UserFactory(coordinator=True, at=assessment.person.office)}
    client.force_login(people.get(who) or getattr(assessment, who))
    args = [assessment.public_id]
    if request.param == "evaluation:observation_record":
        args.append("GO-03")
    return Step(client, reverse(request.param, args=args))


class Step:
    def __init__(self, client, url):
        self.client, self.url = client, url
        response = client.get(url)
        assert response.status_code == 200
        self.form = response.context["form"]
        self.answers = {name: self._answer(name) for name in self.form.fields}

    def _answer(self, name):
        """What is there already, the first choice of a list, a tick, or a word."""
        field, shown = self.form.fields[name], self.form[name].value()
        if isinstance(field, forms.MultipleChoiceField):
            return [code for code, _label in field.choices]
        if hasattr(field, "choices"):
            return str(next(code for code, _label in field.choices if code))
        by_kind = {"BooleanField": "on", "DateField": "2030-05-06", "TimeField": "09:30"}
        if isinstance(shown, date):
            return shown.isoformat()
        return shown or WELL.get(name, by_kind.get(type(field).__name__, "2"))

    def typed(self, **changes):
        """Send the form; what it changed is undone, so that it can be sent again."""
        return self._sent(changes, then=lambda: None)[0]

    def kept(self, **changes):
        """The same, and all that certification and the history then keep, as one text."""
        return self._sent(changes, then=everything)

    def _sent(self, changes, *, then):
        with transaction.atomic():
            signed = {name: hand() for name in self.of_kind("SignatureField")}
            response = self.client.post(self.url, self.answers | signed | changes)
            found = then()
            transaction.set_rollback(True)
        return response, found

    def of_kind(self, *kinds):
        return [name for name in self.answers if self._kind(name) in kinds]

    def _kind(self, name):
        if name in {"version", "key"}:
            return name
        return type(self.form.fields[name]).__name__


def refused(response, name, typed):
    """It came back with a sentence in Spanish at the field."""
    assert response.status_code in {409, 422}, (name, typed)
    errors = response.context["form"].errors
    assert errors, (name, typed)
    for messages in errors.values():
        assert not any(message.startswith(ENGLISH) for message in messages), messages
    return errors


def everything():
    return text_of([*MODELS, Activity])


def test_step_filled_in_well_goes_on(step):
    response = step.typed()

    assert response.status_code == 302, response.context["form"].errors


def test_what_cannot_be_kept_of_a_text_is_said_at_its_field(step):
    fields = step.of_kind("CharField")
    for text in TEXTS if fields else ():
        response, kept = step.kept(**dict.fromkeys(fields, text))
        if response.status_code != 302:
            at = set(refused(response, fields, text)) - {"signature"}  # asked for once more
            assert at <= set(fields)
            response, kept = step.kept(**dict.fromkeys(set(fields) - at, text))
        assert response.status_code == 302, (fields, text)
        assert not {"\x00", "\u202e", "\x07", "\u200b"} & set(kept)


def test_text_that_looks_like_code_is_a_text(step):
    fields = step.of_kind("CharField")
    for text in MARKUP if fields else ():
        response = step.typed(**dict.fromkeys(fields, text))
        if response.status_code != 302:
            refused(response, fields, text)
            page = response.content.decode()
            assert "<script>alert" not in page
            assert text in unescape(page)


def test_answer_that_was_not_offered_is_refused(step):
    for each in what_was_not_offered(step):
        response = step.typed(**each)
        if wrong := {name for name in each if each[name] or step.form.fields[name].required}:
            assert wrong <= set(refused(response, wrong, each)) | {"version", "key", "__all__"}
        else:
            assert response.status_code in {302, 422}


def what_was_not_offered(step):
    """One answer after another that is wrong in every field; what hides in none goes alone."""
    fields = {name: values for kinds, values in NOT_OFFERED for name in step.of_kind(*kinds)}
    alone = {name: fields.pop(name) for name in ("version", "key") if name in fields}
    for values in zip_longest(*fields.values()):
        together = zip(fields, values, strict=True)
        yield {name: value for name, value in together if value is not None}
    for name, values in alone.items():
        for value in values:
            yield {name: value}


def test_form_without_any_answer_is_refused(step):
    response = step.client.post(step.url, {"other": "x"})

    assert response.status_code in {409, 422}
