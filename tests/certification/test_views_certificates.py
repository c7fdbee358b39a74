"""The register of certificates: who finds it, what may be done with one, and what is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import ReadLog
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import Conflict
from certification.actions import certificate_life as life
from certification.actions import sharing
from certification.choices import CertificateState
from certification.models import Certificate, CertificateEvent, Revocation, ShareLink
from certification.tasks import render_certificate
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import AssignmentFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    signing_key,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return CertificateFactory(listed=True)


def page(name, certificate):
    return reverse(f"certification:{name}", args=[certificate.public_id])


def caseworker_of(certificate):
    return certificate.assessment.enrolled_by


def coordination_of(certificate):
    return UserFactory(coordinator=True, at=certificate.assessment.person.office)


def proposed(certificate, by=None):
    return life.propose_revocation(
        certificate,
        key=uuid4(),
        reason="fraude",
        note="El acta no existe.",
        by=by or UserFactory(officer=True),
    )


# Who finds it


@pytest.mark.rule("SEC-3", "SEC-4")
def test_the_register_shows_to_each_those_that_are_theirs(certificate):
    CertificateFactory()  # of another office
    seen = {
        caseworker_of(certificate): {certificate},
        coordination_of(certificate): {certificate},
        UserFactory(caseworker=True): set(),
        UserFactory(officer=True): set(Certificate.objects.all()),
        UserFactory(programme_coordinator=True): set(Certificate.objects.all()),
    }

    for user, theirs in seen.items():
        client = signed_in(user)
        listed = client.get(reverse("certification:certificate_list")).context["page"].rows
        assert set(listed) == theirs
        status = client.get(certificate.get_absolute_url()).status_code
        assert status == (200 if certificate in theirs else 404)


@pytest.mark.rule("SEC-2")
def test_who_has_no_part_in_certificates_finds_no_register(certificate):
    assessment = certificate.assessment
    for user in (assessment.evaluator, UserFactory(registrar=True)):
        client = signed_in(user)
        assert client.get(reverse("certification:certificate_list")).status_code == 403
        assert client.get(certificate.get_absolute_url()).status_code == 403


@pytest.mark.rule("SEC-2")
def test_who_verified_it_may_propose_to_revoke_it_and_nothing_else(certificate):
    client, other = signed_in(certificate.assessment.verifier), CertificateFactory()

    shown = client.get(certificate.get_absolute_url())

    assert [each.url for each in shown.context["buttons"]] == [
        page("revocation_propose", certificate)
    ]
    assert client.get(page("revocation_propose", certificate)).status_code == 200
    assert client.get(page("certificate_suspend", certificate)).status_code == 403
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(page("revocation_propose", other)).status_code == 404


@pytest.mark.parametrize(
    ("name", "caseworker", "coordination", "officer"),
    [
        ("certificate_suspend", 403, 200, 200),
        ("certificate_lift", 403, 200, 200),
        ("revocation_propose", 403, 200, 200),
        ("certificate_reissue", 403, 403, 200),
        ("lookup_change", 200, 403, 403),
        ("share_create", 200, 403, 403),
        ("certificate_file", 404, 404, 404),  # it is not printed yet
        ("credential_file", 404, 403, 403),
    ],
)
def test_each_step_is_for_who_may_take_it(certificate, name, caseworker, coordination, officer):
    users = {
        caseworker_of(certificate): caseworker,
        coordination_of(certificate): coordination,
        UserFactory(officer=True): officer,
    }

    answers = {user: signed_in(user).get(page(name, certificate)).status_code for user in users}

    assert answers == users


def test_a_colleague_who_does_not_accompany_her_shows_nothing_outside(certificate):
    colleague = UserFactory(caseworker=True, at=certificate.assessment.person.office)

    client = signed_in(colleague)

    for name in ("certificate_detail", "share_create", "lookup_change", "credential_file"):
        assert client.get(page(name, certificate)).status_code == 404


def test_who_is_close_to_the_holder_finds_nothing_in_the_register(certificate):
    officer = UserFactory(officer=True)
    Conflict.objects.create(
        person=certificate.assessment.person,
        user=officer,
        kind="relative",
        noted_by=coordination_of(certificate),
    )

    client = signed_in(officer)

    assert client.get(certificate.get_absolute_url()).status_code == 404
    assert client.get(reverse("certification:certificate_list")).context["page"].rows == []


@pytest.mark.rule("SEC-3")
def test_coordination_of_another_office_finds_nothing(certificate):
    client = signed_in(UserFactory(coordinator=True))

    for name in ("certificate_detail", "certificate_suspend", "revocation_propose"):
        assert client.get(page(name, certificate)).status_code == 404


@pytest.mark.rule("SEC-6")
def test_reading_it_is_kept(certificate):
    user = caseworker_of(certificate)
    client = signed_in(user)

    client.get(reverse("certification:certificate_list"))
    client.get(certificate.get_absolute_url())
    client.get(page("share_create", certificate))

    rows = ReadLog.objects.filter(actor=user).exclude(kind=ReadKind.DENIED)
    assert [each.persons for each in rows] == [[certificate.person_id]] * 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_register_asks_the_same_for_one_row_and_for_three(django_assert_num_queries, rows):
    CertificateFactory.create_batch(rows, listed=True)
    client = signed_in(UserFactory(officer=True))

    with django_assert_num_queries(7):
        found = client.get(reverse("certification:certificate_list"))

    assert len(found.context["page"].rows) == rows


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("who", ["caseworker", "coordination", "officer"])
def test_the_page_of_one_asks_few_questions(certificate, django_assert_max_num_queries, rows, who):
    for _each in range(rows):
        sharing.make_link(
            certificate,
            key=uuid4(),
            days=7,
            max_views=3,
            in_presence=True,
            by=caseworker_of(certificate),
        )
        life.reject_revocation(
            proposed(certificate), version=1, answer="No.", by=UserFactory(officer=True)
        )
    proposed(certificate)
    user = {
        "caseworker": caseworker_of,
        "coordination": coordination_of,
        "officer": lambda _certificate: UserFactory(officer=True),
    }[who](certificate)
    client = signed_in(user)

    with django_assert_max_num_queries(15):
        found = client.get(certificate.get_absolute_url())

    assert len(found.context["events"]) == 2 * rows + 1
    assert len(found.context["links"]) == rows
    told = [bool(each["address"]) for each in found.context["links"]]
    assert told == [who == "caseworker"] * rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"nombre": "portillo"}, True),
        ({"nombre": "quijano"}, False),
        ({"folio": "the own"}, True),
        ({"folio": "GS-2026-CON002-999999-9"}, False),
        ({"estado": "valid"}, True),
        ({"estado": "revoked"}, False),
        ({"nombre": "\x00", "estado": "magia"}, True),  # what cannot be asked narrows nothing
    ],
)
def test_the_register_narrows(asked, found):
    made = CertificateFactory(assessment__person__surnames="Portillo Núñez")
    if asked == {"folio": "the own"}:
        asked = {"folio": made.folio.lower()}
    client = signed_in(UserFactory(officer=True))

    answer = client.get(reverse("certification:certificate_list"), asked)

    assert answer.status_code == 200
    assert answer.context["page"].rows == ([made] if found else [])


# What may be done with it


def test_the_buttons_are_those_that_lead_somewhere(certificate):
    for user in (
        caseworker_of(certificate),
        coordination_of(certificate),
        UserFactory(officer=True),
    ):
        client = signed_in(user)
        buttons = client.get(certificate.get_absolute_url()).context["buttons"]
        assert buttons
        for each in buttons:
            assert client.get(each.url).status_code == 200


@pytest.mark.parametrize("why", ["holds", "expired", "doubted"])
def test_another_is_offered_only_in_place_of_what_holds(why):
    until = timezone.localdate() - timedelta(days=1) if why == "expired" else None
    certificate = CertificateFactory(listed=True, valid_until=until)
    if why == "doubted":
        proposed(certificate)
    client = signed_in(UserFactory(officer=True))

    shown = client.get(certificate.get_absolute_url()).content.decode()

    assert (page("certificate_reissue", certificate) in shown) is (why == "holds")
    told = {"version": 1, "reason": "correccion", "note": "El apellido."}
    answer = client.post(page("certificate_reissue", certificate), told)
    assert answer.status_code == {"holds": 302, "expired": 422, "doubted": 409}[why]


@pytest.mark.rule("CERT-5")
@pytest.mark.parametrize("part", ["evaluator", "verifier"])
def test_who_took_part_as_another_is_offered_none_in_its_place(part):
    officer = UserFactory(officer=True)
    certificate = CertificateFactory(
        listed=True, assessment=AssessmentFactory(certified=True, **{part: officer})
    )
    client = signed_in(officer)

    shown = client.get(certificate.get_absolute_url()).content.decode()

    assert page("certificate_reissue", certificate) not in shown
    assert client.get(page("certificate_reissue", certificate)).status_code == 403


@pytest.mark.rule("SEC-13")
def test_who_granted_it_is_asked_nothing_about_its_revocation(certificate):
    proposal, client = proposed(certificate), signed_in(certificate.assessment.officer)

    for url in ("/", certificate.get_absolute_url()):
        assert proposal.get_absolute_url() not in client.get(url).content.decode()
    assert client.get(proposal.get_absolute_url()).status_code == 403


@pytest.mark.parametrize("state", ["revoked", "replaced"])
def test_nothing_is_to_be_done_with_what_has_ended(state):
    revoked_at = timezone.now() if state == "revoked" else None
    certificate = CertificateFactory(state=state, revoked_at=revoked_at)

    for user in (caseworker_of(certificate), UserFactory(officer=True)):
        page = signed_in(user).get(certificate.get_absolute_url())
        assert page.context["buttons"] == []


def test_it_is_suspended_and_the_suspension_ends(certificate):
    client = signed_in(coordination_of(certificate))

    answer = client.post(
        page("certificate_suspend", certificate), {"version": 1, "reason": "Se revisa."}
    )
    assert answer.url == certificate.get_absolute_url()
    shown = client.get(answer.url)
    assert "Suspendido" in shown.content.decode()
    assert "Se revisa." in shown.content.decode()
    told = {"version": 2, "reason": "En orden."}
    assert page("certificate_lift", certificate) not in shown.content.decode()
    own = client.post(page("certificate_lift", certificate), told)
    assert (own.status_code, "Usted lo suspendió" in own.content.decode()) == (422, True)
    officer = signed_in(UserFactory(officer=True))
    assert page("certificate_lift", certificate) in officer.get(answer.url).content.decode()
    officer.post(page("certificate_lift", certificate), told)

    certificate.refresh_from_db()
    assert certificate.state == CertificateState.VALID


def test_a_missing_reason_is_asked_for_at_its_field(certificate):
    answer = signed_in(UserFactory(officer=True)).post(
        page("certificate_suspend", certificate), {"version": 1, "reason": "  "}
    )

    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    assert not CertificateEvent.objects.exists()


@pytest.mark.rule("SEC-15")
def test_an_old_page_suspends_nothing(certificate):
    answer = signed_in(UserFactory(officer=True)).post(
        page("certificate_suspend", certificate), {"version": 7, "reason": "Se revisa."}
    )

    assert answer.status_code == 409
    assert "Se revisa." in answer.content.decode()
    assert not CertificateEvent.objects.exists()


@pytest.mark.rule("SEC-13")
def test_one_proposes_and_another_decides(certificate):
    first, second = UserFactory.create_batch(2, officer=True)
    answer = signed_in(first).post(
        page("revocation_propose", certificate),
        {"key": uuid4(), "reason": "fraude", "note": "El acta no existe."},
    )
    proposal = Revocation.objects.get()
    decide = proposal.get_absolute_url()
    told = {"version": 1, "decision": "approve", "note": ""}

    assert answer.url == certificate.get_absolute_url()
    assert decide not in signed_in(first).get(answer.url).content.decode()
    assert signed_in(first).post(decide, told).status_code == 403
    assert decide in signed_in(second).get(answer.url).content.decode()
    page_of_decision = signed_in(second).get(decide).content.decode()
    assert "El acta no existe." in page_of_decision
    assert signed_in(second).post(decide, told).status_code == 302

    certificate.refresh_from_db()
    assert certificate.state == CertificateState.REVOKED
    assert signed_in(second).post(decide, told).status_code == 409


def test_a_proposal_waits_on_today_for_another_officer(certificate, django_assert_max_num_queries):
    first, second = UserFactory.create_batch(2, officer=True)
    proposal = proposed(certificate, by=first)

    for user, waits in [
        (first, False),
        (second, True),
        (caseworker_of(certificate), False),
        (coordination_of(certificate), False),
    ]:
        client = signed_in(user)
        with django_assert_max_num_queries(15):
            shown = client.get("/").content.decode()
        assert (proposal.get_absolute_url() in shown) is waits
    rows = ReadLog.objects.filter(actor=second)
    assert [each.persons for each in rows] == [[certificate.person_id]]
    life.reject_revocation(proposal, version=1, answer="No.", by=second)
    assert proposal.get_absolute_url() not in signed_in(second).get("/").content.decode()


def test_who_lets_it_stand_says_why(certificate):
    proposal = proposed(certificate)
    client = signed_in(UserFactory(officer=True))

    answer = client.post(
        proposal.get_absolute_url(), {"version": 1, "decision": "reject", "note": " "}
    )

    assert answer.status_code == 422
    assert "note" in answer.context["form"].errors
    told = {"version": 1, "decision": "reject", "note": "Apareció."}
    assert client.post(proposal.get_absolute_url(), told).status_code == 302
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.VALID


@pytest.mark.rule("SEC-4")
def test_a_proposal_is_for_officers_alone(certificate):
    proposal = proposed(certificate)

    for user in (caseworker_of(certificate), coordination_of(certificate)):
        assert signed_in(user).get(proposal.get_absolute_url()).status_code == 403
    nowhere = reverse("certification:revocation_decide", args=[uuid4()])
    assert signed_in(UserFactory(officer=True)).get(nowhere).status_code == 404


def test_another_is_issued_in_its_place(certificate):
    client = signed_in(UserFactory(officer=True))

    answer = client.post(
        page("certificate_reissue", certificate),
        {"version": 1, "reason": "cambio_nombre", "note": "Se casó."},
    )

    new = Certificate.objects.get(replaces=certificate)
    assert answer.url == new.get_absolute_url()
    assert "Se emitió en lugar de otro." in client.get(answer.url).content.decode()


def test_her_caseworker_says_what_the_public_sees(certificate):
    client = signed_in(caseworker_of(certificate))

    answer = client.post(page("lookup_change", certificate), {"version": 1, "lookup": "none"})

    assert answer.status_code == 302
    certificate.refresh_from_db()
    assert certificate.public_lookup == "none"
    wrong = client.post(page("lookup_change", certificate), {"version": 2, "lookup": "todo"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["lookup"])


def test_an_address_is_made_copied_and_shut(certificate):
    client = signed_in(caseworker_of(certificate))
    told = {"key": uuid4(), "days": 7, "max_views": 3, "in_presence": "on"}

    answer = client.post(page("share_create", certificate), told)

    link = ShareLink.objects.get()
    assert sharing.address_of(link) in client.get(answer.url).content.decode()
    client.post(reverse("certification:share_revoke", args=[certificate.public_id, link.public_id]))
    link.refresh_from_db()
    assert not link.is_open
    assert sharing.address_of(link) not in client.get(answer.url).content.decode()


def test_who_may_hold_it_back_shuts_an_address_without_learning_it(certificate):
    told = {"days": 7, "max_views": 3, "in_presence": True, "by": caseworker_of(certificate)}
    for user in (coordination_of(certificate), UserFactory(officer=True)):
        link = sharing.make_link(certificate, key=uuid4(), **told)
        client = signed_in(user)
        shut = reverse("certification:share_revoke", args=[certificate.public_id, link.public_id])

        shown = client.get(certificate.get_absolute_url()).content.decode()
        answer = client.post(shut)

        assert (shut in shown, sharing.address_of(link) in shown) == (True, False)
        assert answer.status_code == 302
        link.refresh_from_db()
        assert link.revoked_by == user


@pytest.mark.rule("SEC-4")
def test_the_address_of_another_certificate_is_not_shut_here(certificate):
    other = CertificateFactory(listed=True)
    link = sharing.make_link(
        other, key=uuid4(), days=7, max_views=3, in_presence=True, by=caseworker_of(other)
    )
    url = reverse("certification:share_revoke", args=[certificate.public_id, link.public_id])

    assert signed_in(caseworker_of(certificate)).post(url).status_code == 404
    link.refresh_from_db()
    assert link.is_open


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"days": "365"}, "days"),
        ({"max_views": "0"}, "max_views"),
        ({"max_views": "1000"}, "max_views"),
        ({"max_views": "x"}, "max_views"),
    ],
)
def test_an_address_that_opens_for_ever_is_refused(certificate, told, wrong):
    told = {"key": uuid4(), "days": 7, "max_views": 3, "in_presence": "on"} | told

    answer = signed_in(caseworker_of(certificate)).post(page("share_create", certificate), told)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [wrong])
    assert not ShareLink.objects.exists()


def test_who_is_not_there_and_did_not_agree_is_not_shown(certificate):
    told = {"key": uuid4(), "days": 7, "max_views": 3}

    answer = signed_in(caseworker_of(certificate)).post(page("share_create", certificate), told)

    assert answer.status_code == 422
    assert "no ha aceptado que las empresas vean su perfil" in answer.content.decode()


# Its files


def test_the_credential_is_handed_over_by_who_accompanies_her(certificate):
    signing_key()
    render_certificate(certificate_id=certificate.pk)
    certificate.refresh_from_db()
    user = caseworker_of(certificate)
    client = signed_in(user)

    file = client.get(page("credential_file", certificate))

    assert file.content == certificate.credential.encode()
    assert file.headers["Content-Disposition"] == (
        f'attachment; filename="{certificate.folio}.json"'
    )
    assert ReadLog.objects.get(actor=user).kind == ReadKind.FILE
    shown = client.get(certificate.get_absolute_url()).content.decode()
    assert page("credential_file", certificate) in shown
    assert page("certificate_file", certificate) in shown


def test_the_page_waits_for_the_file(certificate):
    shown = signed_in(caseworker_of(certificate)).get(certificate.get_absolute_url())

    assert "El PDF se está preparando." in shown.content.decode()


def test_the_assessment_leads_to_its_certificate():
    CertifyingBodyFactory()
    assessment = AssessmentFactory(certified=True)
    certificate = CertificateFactory(assessment=assessment)

    shown = signed_in(assessment.enrolled_by).get(assessment.get_absolute_url())

    assert certificate.get_absolute_url() in shown.content.decode()


@pytest.mark.rule("SEC-4")
def test_the_assessment_leads_only_whom_the_register_shows_it(django_assert_max_num_queries):
    """Who evaluated reads how it ended, and neither opens nor prints it."""
    signing_key()
    certificate = CertificateFactory(listed=True)
    render_certificate(certificate_id=certificate.pk)
    assessment = certificate.assessment
    for kind, user in [
        (AssignmentKind.EVALUATION, assessment.evaluator),
        (AssignmentKind.VERIFICATION, assessment.verifier),
        (AssignmentKind.DECISION, assessment.officer),
    ]:
        AssignmentFactory(person=assessment.person, kind=kind, user=user)
    users = {
        assessment.evaluator: False,
        assessment.verifier: True,
        assessment.officer: True,
        caseworker_of(certificate): True,
        coordination_of(certificate): True,
    }

    for user, seen in users.items():
        client = signed_in(user)
        client.get("/")
        with django_assert_max_num_queries(15):
            shown = client.get(assessment.get_absolute_url()).content.decode()
        assert certificate.folio in shown
        assert (certificate.file_url in shown) is seen
        assert (f'href="{certificate.get_absolute_url()}"' in shown) is seen
        file = client.get(certificate.file_url)
        b"".join(file)  # a file is shut when it was read
        assert file.status_code == (200 if seen else 404)
