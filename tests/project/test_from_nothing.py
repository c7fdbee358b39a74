"""From `create_admin` to the first certificate by pages alone: an installation without the demo."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.users import create_admin
from accounts.models import Organization, User
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import Department, District, LookupValue, Person
from beneficiaries.rules.identity import dui_check_digit
from certification.actions.standards import load_standard
from certification.choices import ChecklistPoint, Photo
from certification.models import (
    Assessment,
    Centre,
    CentreAccreditation,
    Certificate,
    Evaluator,
    StandardDraft,
    StandardVersion,
)
from certification.models.accreditation import CHECKED
from genesis.lib.days import add_months
from tests.beneficiaries import answers
from tests.factories.certification import best_answers, hand

pytestmark = pytest.mark.django_db

DUI = f"04512367-{dui_check_digit('04512367')}"
NAME = "Reina Isabel Portillo Núñez"


class Visitor:
    """Somebody who fills in the forms of pages: what a page asks hidden, they send back."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def send(self, name, /, *args, **answers):
        """Open a page and send its form; return where it leads."""
        address = name if name.startswith("/") else reverse(name, args=args)
        shown = self.client.get(address)
        assert shown.status_code == 200, address
        form = shown.context.get("form")
        hidden = {each.html_name: each.value() for each in form.hidden_fields()} if form else {}
        if not form and shown.context.get("version"):
            hidden = {"version": shown.context["version"]}
        response = self.client.post(address, {**hidden, **answers})
        errors = response.context["form"].errors if response.context else None
        assert response.status_code == 302, (address, errors)
        return response.headers["Location"]

    def press(self, name, /, *args, **answers):
        """Press a button that stands on another page."""
        response = self.client.post(reverse(name, args=args), answers)
        assert response.status_code == 302
        return response.headers["Location"]


def test_the_first_certificate_needs_only_pages():
    """The two commands of an installation, the first administrator, and from there pages."""
    load_reference()
    loaded = load_standard((settings.BASE_DIR / "data" / "standards" / "CON-002.yaml").read_bytes())
    admin = Visitor(
        create_admin(
            email="ana@prueba.test",
            password="una clave bastante larga",
            first_name="Ana",
            last_name="Menjívar",
        )
    )

    office = _add_an_organization(admin, "sonsonate", "Oficina Sonsonate", "office")
    _set_up_certification(admin)
    people = {
        role: _add_somebody(admin, number, role, office)
        for number, role in enumerate(
            ["caseworker", "evaluator", "verifier", "certifying_officer", "programme_coordinator"]
        )
    }
    place = Centre.objects.get().organization
    people["centre_manager"] = _add_somebody(admin, 5, "centre_manager", place)
    visitors = {role: Visitor(user) for role, user in people.items()}
    standard = _publish(visitors, loaded)
    _accredit_the_centre(visitors["centre_manager"], visitors["programme_coordinator"], standard)
    _accredit_the_evaluator(visitors["programme_coordinator"], people["evaluator"], standard)

    person = _register(visitors["caseworker"])
    assessment = _plan(visitors["caseworker"], person, standard, people["evaluator"])
    _assess(visitors["evaluator"], assessment, standard, people["verifier"])
    visitors["verifier"].send(
        "certification:portfolio_approve",
        assessment.public_id,
        checklist=[each.value for each in ChecklistPoint],
        officer=people["certifying_officer"].pk,
        **_each_item(assessment),  # the first portfolios are looked at closely
    )
    visitors["certifying_officer"].send("certification:certification_grant", assessment.public_id)

    certificate = Certificate.objects.get()
    year = timezone.localdate().year
    assert certificate.folio.startswith(f"CON-{year}-CON002-000001-")
    assert certificate.body_name == "Consejo Nacional de Oficios"
    assert certificate.holder_name == NAME


def _add_an_organization(admin, code, name, kind):
    admin.send("organizations:organization_create", code=code, name=name, kinds=[kind])
    return Organization.objects.get(code=code)


def _set_up_certification(admin):
    place = _add_an_organization(admin, "taller", "Taller Central", "evaluation_centre")
    home = District.objects.get(code="0315").pk
    admin.send("certification:centre_set_up", place.public_id, code="CE-SO-01", district=home)
    council = _add_an_organization(admin, "consejo", "Consejo de Oficios", "certifying_body")
    admin.send(
        "certification:body_create",
        council.public_id,
        printed_name="Consejo Nacional de Oficios",
        folio_prefix="CON",
        valid_from="2026-01-01",
        valid_until="",
    )


def _add_somebody(admin, number, role, office):
    email = f"{role}@prueba.test"
    names = {"first_name": "Luis", "last_name": f"Guardado {'ABCDEF'[number]}"}
    admin.send("accounts:user_create", email=email, **names)
    user = User.objects.get(email=email)
    admin.send(
        "accounts:role_give",
        user.public_id,
        role=role,
        organization=office.pk,
        valid_from="2026-01-01",
        valid_until="",
    )
    return user


def _publish(visitors, loaded):
    """What was loaded is a draft: one writes it, and two of the committee approve it."""
    writer, coordination = visitors["certifying_officer"], visitors["programme_coordinator"]
    writer.send("certification:standard_copy", loaded.public_id)
    draft = StandardDraft.objects.get()
    writer.send("certification:draft_send", draft.public_id)
    draft.refresh_from_db()
    for member in (visitors["verifier"], coordination):
        page = reverse("certification:draft_approve", args=[draft.public_id])
        member.send(f"{page}?version={draft.version}")
    page = reverse("certification:draft_publish", args=[draft.public_id])
    today = timezone.localdate().isoformat()
    coordination.send(
        f"{page}?version={draft.version}", met_on=today, present="Ana Ruiz", minutes="Se aprobó."
    )
    return StandardVersion.objects.get()


def _accredit_the_centre(manager, coordination, standard):
    """Asked for, with its equipment; the papers, the visit and the resolution."""
    place = Centre.objects.get().organization.public_id
    manager.send(
        "certification:accreditation_request",
        place,
        standard=standard.standard_id,
        workstations="2",
        max_per_day="4",
    )
    there = {}
    for each in standard.equipment.all():
        there |= {f"quantity_{each.pk}": each.quantity * 2, f"condition_{each.pk}": "good"}
    manager.send("certification:equipment_record", place, standard.standard.public_id, **there)
    accreditation = CentreAccreditation.objects.get().public_id
    today = timezone.localdate().isoformat()
    coordination.send("certification:documents_accept", accreditation)
    coordination.send("certification:visit_plan", accreditation, on=today)
    coordination.send(
        "certification:visit_record",
        accreditation,
        on=today,
        team="Marta Ruiz",
        outcome="favourable",
        **dict.fromkeys(CHECKED, "on"),
    )
    coordination.send(
        "certification:accreditation_grant",
        accreditation,
        valid_from=today,
        valid_until=add_months(timezone.localdate(), 12).isoformat(),
        resolution_number="R-1",
    )


def _accredit_the_evaluator(coordination, user, standard):
    """Of the founding panel, as there is no certificate yet; at the only centre."""
    coordination.send(
        "certification:evaluator_create",
        user=user.pk,
        sex="F",
        department=Department.objects.get(code="03").pk,
        certificate_number="PE-1",
        certificate_issued_on="2026-01-05",
        certificate_expires_on="",
    )
    evaluator = Evaluator.objects.get()
    coordination.send(
        "certification:evaluator_propose",
        evaluator.public_id,
        standard=standard.standard_id,
        folio="",
        external_evidence="Veinte años de obra",
        sponsor="Cámara de la obra",
    )
    coordination.send(
        "certification:evaluator_accredit",
        evaluator.accreditations.get().public_id,
        valid_from=timezone.localdate().isoformat(),
        valid_until=add_months(timezone.localdate(), 12).isoformat(),
    )
    coordination.send(
        "certification:centre_join",
        evaluator.public_id,
        centre=Centre.objects.get().pk,
        valid_from=timezone.localdate().isoformat(),
        valid_until="",
    )


def _register(caseworker):
    """Consent first, then page by page; her return, her work, and the answer."""
    page = caseworker.send(
        "beneficiaries:registration_consent",
        agrees="yes",
        purposes=["assessment", "public_register"],
        channel="paper_signed",
        witness="",
    )
    told = answers.registration(
        given_names="Reina Isabel",
        surnames="Portillo Núñez",
        number=DUI,
        district=District.objects.get(code="0315").pk,
        registered_on=timezone.localdate().isoformat(),
    )
    answers.register(caseworker.client, page, told)
    person = Person.objects.get()
    country = LookupValue.objects.get(list="countries", code="US").pk
    caseworker.send(
        "beneficiaries:trip_create",
        person.public_id,
        return_country=country,
        returned_day="9",
        returned_month="6",
        returned_year="2026",
    )
    caseworker.send(
        "beneficiaries:job_create",
        person.public_id,
        position="Instaladora de piso cerámico",
        sector="construction",
        country=country,
        started_month="2",
        started_year="2019",
        ongoing="on",
    )
    _ask_for_needs(caseworker, person)
    version = person.cases.get().version
    caseworker.press("beneficiaries:eligibility_decide", person.public_id, version=version)
    return person


def _ask_for_needs(caseworker, person):
    """Behind the gate, which asks once a day why: what she needs, and that she is in no danger."""
    caseworker.send("beneficiaries:reason_give", person.public_id, "d4", reason="Tamizaje")
    caseworker.send(
        "beneficiaries:screening_create",
        person.public_id,
        on=timezone.localdate().isoformat(),
        need_employment="1",
        current_danger="no",
        level="none",
    )


def _plan(caseworker, person, standard, evaluator):
    caseworker.send(
        "certification:assessment_enrol", person.public_id, standard_version=standard.pk
    )
    assessment = Assessment.objects.get()
    codes = standard.diagnosticquestions.values_list("code", flat=True)
    answers = {f"question_{code}": "solo" for code in codes}
    caseworker.send("certification:diagnosis_record", assessment.public_id, **answers)
    caseworker.send(
        "certification:assessment_admit",
        assessment.public_id,
        candidate_name=NAME,
        acknowledged="on",
    )
    caseworker.send(
        "certification:plan_propose",
        assessment.public_id,
        centre=Centre.objects.get().pk,
        evaluator=evaluator.pk,
        scheduled_for=timezone.localdate().isoformat(),
        scheduled_at="09:30",
    )
    return assessment


def _each_item(assessment):
    """What is ticked where each item is looked at: all of them, by instrument."""
    instruments = assessment.standard_version.instruments.prefetch_related("items")
    return {
        f"instrument_{each.code}": [item.code for item in each.items.all()] for each in instruments
    }


def _assess(evaluator, assessment, standard, verifier):
    evaluator.send(
        "certification:plan_agree",
        assessment.public_id,
        candidate_name=NAME,
        acknowledged="on",
        evaluator_agrees="on",
        signature=hand(),
    )
    evaluator.send(
        "evaluation:session_start",
        assessment.public_id,
        identity_checked=f"DUI {DUI[-4:]}",
        safety=["protection", "area"],
    )
    answers = best_answers(standard)
    for item in standard.items.order_by("instrument__position", "position"):
        evaluator.send(
            "evaluation:observation_record",
            assessment.public_id,
            item.code,
            value=answers[item.code],
            # She agrees to no photos: what is to be proven stands in a note.
            note="Medido en la obra." if item.photo == Photo.REQUIRED else "",
        )
    evaluator.send(
        "evaluation:evidence_close",
        assessment.public_id,
        candidate_name=NAME,
        signs="1",
        signature=hand(),
    )
    evaluator.send(
        "evaluation:judgement_sign", assessment.public_id, recommendations="", signed="on"
    )
    evaluator.send(
        "evaluation:verification_request",
        assessment.public_id,
        candidate_name=NAME,
        acknowledged="on",
        agrees="1",
        signature=hand(),
        verifier=verifier.pk,
    )
