"""The help with which somebody is assessed: asked with consent, agreed on, carried to the field."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.actions.erasing import erase_person
from beneficiaries.choices import ConsentPurpose
from certification.actions import enrolling
from certification.actions.helping import NoSensitiveConsent
from certification.actions.phones import contents_of
from certification.actions.planning import NoRoom
from certification.choices import AssessmentState
from certification.forms.appeals import RepeatForm
from certification.forms.plans import PlanForm
from certification.models import PaperTyping, PlanHelp
from certification.rules.accommodations import Accommodations
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import (
    AccreditationFactory,
    AssessmentFactory,
    CentreFactory,
    PackageFactory,
    PaperFormFactory,
    hand,
    let_assess,
)

pytestmark = pytest.mark.django_db

WHOLE = Accommodations(["extra_time", "read_aloud"], extra_minutes=45, note="Leer despacio.")
IN_WORDS = ["Preguntas leídas en voz alta", "Más tiempo (45 min)", "Leer despacio."]


def plan(assessment, needed, *, at=time(8, 0), **answers):
    centre, evaluator = let_assess(
        assessment.standard, centre=assessment.centre, evaluator=assessment.evaluator
    )
    return enrolling.propose_plan(
        assessment,
        version=assessment.version,
        centre=centre,
        evaluator=evaluator,
        scheduled_for=timezone.localdate() + timedelta(days=1),
        scheduled_at=at,
        accommodations=needed,
        by=assessment.enrolled_by,
        **answers,
    )


def agreeing(**state):
    assessment = AssessmentFactory(**state)
    ConsentFactory(person=assessment.person, purpose=ConsentPurpose.SENSITIVE)
    return assessment


@pytest.mark.rule("CASE-3")
def test_help_is_written_down_of_who_agrees_to_sensitive_data():
    assessment = AssessmentFactory(admitted=True)

    with pytest.raises(NoSensitiveConsent):
        plan(assessment, WHOLE)
    assert not PlanHelp.objects.exists()

    ConsentFactory(person=assessment.person, purpose=ConsentPurpose.SENSITIVE)
    kept = plan(assessment, WHOLE)

    assert kept.help.in_words() == IN_WORDS
    told = Activity.objects.filter(verb="assessment.planned").latest("pk").changes
    assert "Leer despacio." not in str(told)
    erase_person(assessment.person, "sensitive")
    assert not PlanHelp.objects.exists()


@pytest.mark.parametrize(
    ("needed", "field"),
    [
        (Accommodations(["extra_time"]), "extra_minutes"),
        (Accommodations(["other"], note=" "), "note"),
        (Accommodations(["magic"]), "kinds"),
    ],
)
def test_help_that_is_not_whole_is_told_at_its_field(needed, field):
    with pytest.raises(ValidationError) as refused:
        plan(agreeing(admitted=True), needed)

    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize(
    "columns",
    [
        {"kinds": []},
        {"kinds": ["magic"]},
        {"kinds": ["extra_time"]},
        {"kinds": ["extra_time"], "extra_minutes": 481},
        {"kinds": ["place"], "extra_minutes": 5},
        {"kinds": ["other"]},
    ],
)
def test_the_database_refuses_it_too(columns):
    made = AssessmentFactory(planned=True).plans.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        PlanHelp.objects.create(plan=made, **columns)


def test_who_has_more_time_has_the_workstation_for_longer():
    first = agreeing(admitted=True)
    first.centre = CentreFactory()
    room = {"max_per_day": 8, "workstations": 1}
    AccreditationFactory(centre=first.centre, standard=first.standard, accredited=True, **room)
    held = plan(first, WHOLE)  # 60 minutes and 45 more, from eight on
    theirs = {"standard_version": first.standard_version}
    early, late = (AssessmentFactory(admitted=True, **theirs) for _each in range(2))
    for each in (early, late):
        each.centre, each.evaluator = held.centre, held.evaluator

    with pytest.raises(NoRoom):
        plan(early, None, at=time(9, 30))
    plan(late, None, at=time(9, 45))


@pytest.mark.rule("CERT-7")
def test_both_agree_on_the_help_and_on_each_change_of_it(client):
    assessment = agreeing(plan_agreed=True)
    by = assessment.enrolled_by
    client.force_login(by)
    page = reverse("certification:plan_propose", args=[assessment.public_id])
    answers = {
        "version": assessment.version,
        "centre": assessment.centre_id,
        "evaluator": assessment.evaluator_id,
        "scheduled_for": timezone.localdate().isoformat(),
        "scheduled_at": "10:00",
        "kinds": ["read_aloud"],
        "extra_minutes": "45",
        "note": "Leer despacio.",
        "reason": "Pidió más tiempo",
    }

    assert client.post(page, answers).status_code == 302

    assessment.refresh_from_db()
    assert assessment.state == "planned"
    assert not assessment.signatures.filter(kind__startswith="plan", cleared_at=None).exists()
    client = Client()
    client.force_login(assessment.evaluator)
    agree = reverse("certification:plan_agree", args=[assessment.public_id])
    assert "; ".join(IN_WORDS) in client.get(agree).content.decode()
    assert IN_WORDS[1] in client.get(assessment.get_absolute_url()).content.decode()
    enrolling.agree_plan(
        assessment,
        version=assessment.version,
        candidate_name="Rosa",
        signature=hand(),
        by=assessment.evaluator,
    )
    start = reverse("evaluation:session_start", args=[assessment.public_id])
    assert IN_WORDS[1] in client.get(start).content.decode()
    package = PackageFactory(assessment=assessment)
    assert contents_of(package)["help"] == IN_WORDS[:2]


def test_without_the_consent_the_form_says_it_and_leads_to_it(client):
    assessment = AssessmentFactory(admitted=True)
    centre, evaluator = let_assess(assessment.standard)
    client.force_login(assessment.enrolled_by)
    page = reverse("certification:plan_propose", args=[assessment.public_id])

    told = client.get(page).content.decode()
    sent = client.post(
        page,
        {
            "version": 1,
            "centre": centre.pk,
            "evaluator": evaluator.pk,
            "scheduled_for": timezone.localdate().isoformat(),
            "scheduled_at": "10:00",
            "note": "Rampa",
        },
    )

    agree = reverse("beneficiaries:consent_create", args=[assessment.person.public_id, "sensitive"])
    assert agree in told
    assert sent.status_code == 422
    assert list(sent.context["form"].errors) == ["kinds"]
    assert "Rampa" in sent.content.decode()


@pytest.mark.rule("CERT-5")
def test_what_is_repeated_begins_with_the_help_of_before_and_with_nobody_who_typed_its_paper():
    assessment = agreeing(plan_agreed=True)
    known = plan_with_help(assessment)
    paper = PaperFormFactory(assessment=assessment, evaluator=assessment.evaluator)
    typist = UserFactory(evaluator=True)
    let_assess(assessment.standard, centre=assessment.centre, evaluator=typist)
    assert typist in PlanForm(instance=assessment).fields["evaluator"].queryset
    PaperTyping.objects.create(form=paper, number=1, entries={}, by=typist)

    assessment.state = AssessmentState.IN_APPEAL  # as it is when its panel has it repeated
    form = RepeatForm(instance=assessment)

    assert form["kinds"].initial == known.kinds
    assert form["extra_minutes"].initial == known.extra_minutes
    assert typist not in form.fields["evaluator"].queryset


def plan_with_help(assessment):
    """The help that the newest plan of an assessment was agreed with."""
    newest = assessment.plans.order_by("number").last()
    return PlanHelp.objects.create(plan=newest, **vars(WHOLE))
