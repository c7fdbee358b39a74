"""What a consent opens and shuts: its states, its texts, its doors and its paper (CASE-11)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode

from accounts.models import Activity
from accounts.roles import GRANTS, Permission, Role
from beneficiaries.actions.casework import approve_closing
from beneficiaries.actions.consents import (
    grant_consent,
    has_consent,
    make_receipt,
    may_share,
    publish_notice,
    refuse_consent,
    run_followup,
    state_of,
    withdraw_consent,
    withdraw_everything,
)
from beneficiaries.actions.messages import prepare_message
from beneficiaries.choices import (
    CONSENT_MOVES,
    ConsentPurpose,
    ConsentState,
    MessageState,
)
from beneficiaries.models import Consent, ConsentReceipt, PurposeText
from beneficiaries.registry import DOORS, shared_of, who_sees
from genesis.lib.states import StaleRecord
from tests.factories import papers
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    ContactFactory,
    MessageTemplateFactory,
    NoticeFactory,
    PersonFactory,
    closing_columns,
)
from tests.factories.certification import CertificateFactory

pytestmark = pytest.mark.django_db
S = ConsentState
TODAY = timezone.localdate


@pytest.fixture
def person():
    PurposeText.objects.create(notice=NoticeFactory(), purpose="image", text="Fotos.")
    person = PersonFactory(with_case=True)
    ContactFactory(person=person)
    return person


def answer(person, agrees=True, purpose="image", **changes):
    keep = grant_consent if agrees else refuse_consent
    values = {"key": uuid4(), "purpose": purpose, "channel": "paper_signed", "witness": ""}
    return keep(person, **values | {"by": UserFactory()} | changes)


def withdraw(consent, **changes):
    consent.refresh_from_db()
    values = {"version": consent.version, "reason": "Así lo quiere.", "by": UserFactory()}
    return withdraw_consent(consent, **values | changes)


def renew(text="Fotos y videos.", on=None, purpose="image"):
    return publish_notice(
        key=uuid4(),
        text="Aviso.",
        texts={purpose: text},
        valid_from=on or TODAY(),
        by=UserFactory(),
    )


def change_text(days_ago):
    """The text of the photos changed so many days ago."""
    notice = renew()
    type(notice).objects.filter(pk=notice.pk).update(valid_from=TODAY() - timedelta(days_ago))


def expire(consent):
    Consent.objects.filter(pk=consent.pk).update(expires_on=TODAY() - timedelta(1))


REACH = {
    S.NOT_ASKED: lambda person: None,
    S.GRANTED: answer,
    S.REFUSED: lambda person: answer(person, agrees=False),
    S.WITHDRAWN: lambda person: withdraw(answer(person)),
    S.EXPIRED: lambda person: expire(answer(person)),
    S.TO_RENEW: lambda person: (answer(person), change_text(3)),
}
DO = {
    S.GRANTED: answer,
    S.REFUSED: lambda person: answer(person, agrees=False),
    S.WITHDRAWN: lambda person: withdraw(person.consents.order_by("given_at", "pk").last()),
}


@pytest.mark.rule("CASE-11")
@pytest.mark.parametrize("to", DO)
@pytest.mark.parametrize("state", S)
def test_an_answer_follows_another_only_as_the_machine_says(person, state, to):
    REACH[state](person)
    assert state_of(person, "image") == state
    before = person.consents.count()
    if to == S.WITHDRAWN and state in {S.NOT_ASKED, S.WITHDRAWN, S.EXPIRED}:
        return  # there is nothing to take back, or it has ended by itself

    if to in CONSENT_MOVES[state]:
        DO[to](person)
        assert state_of(person, "image") == to
    else:
        with pytest.raises((ValidationError, StaleRecord)):
            DO[to](person)
        assert state_of(person, "image") == state
        assert person.consents.count() == before


@pytest.mark.rule("CASE-11")
@pytest.mark.parametrize("state", S)
def test_without_an_answer_it_is_a_no(person, state):
    REACH[state](person)

    assert has_consent(person, "image") == (state in {S.GRANTED, S.TO_RENEW})
    assert may_share(person, "image") == (state == S.GRANTED)


@pytest.mark.rule("CASE-11")
@pytest.mark.parametrize(("days", "goes_on"), [(0, True), (30, True), (31, False)])
def test_what_is_to_be_renewed_goes_on_for_thirty_days_and_shares_nothing_new(
    person, days, goes_on
):
    answer(person)
    change_text(days)

    assert state_of(person, "image") == S.TO_RENEW
    assert has_consent(person, "image") == goes_on
    assert not may_share(person, "image")


@pytest.mark.rule("CASE-11")
def test_only_whoever_agreed_to_a_text_that_changed_is_asked_again(person):
    answer(person)
    answer(person, purpose="research")
    PurposeText.objects.create(
        notice=person.consents.first().notice, purpose="research", text="Estudios."
    )

    notice = publish_notice(
        key=uuid4(),
        text="Aviso nuevo.",
        texts={"image": "Fotos y videos.", "research": "Estudios."},
        valid_from=TODAY(),
        by=UserFactory(),
    )

    assert list(notice.texts.values_list("purpose", flat=True)) == ["image"]
    assert state_of(person, "image") == S.TO_RENEW
    assert state_of(person, "research") == S.GRANTED


def test_a_text_that_counts_from_tomorrow_changes_nothing_today(person):
    answer(person)
    renew(on=TODAY() + timedelta(1))

    assert state_of(person, "image") == S.GRANTED


def test_a_version_does_not_count_from_the_past(person):
    with pytest.raises(ValidationError, match="No antes de hoy"):
        renew(on=TODAY() - timedelta(1))


def test_whoever_is_asked_again_has_one_answer_in_force(person):
    answer(person)
    change_text(3)

    answer(person)

    assert person.consents.standing().count() == 1
    assert state_of(person, "image") == S.GRANTED


@pytest.mark.rule("CASE-11")
def test_the_consent_to_be_followed_up_runs_fourteen_months_from_the_later_day(person):
    given = answer(person, purpose="followup")

    for since in ("2026-03-31", "2026-01-15"):
        run_followup(person, since=timezone.datetime.fromisoformat(since).date(), by=None)

    given.refresh_from_db()
    assert given.expires_on.isoformat() == "2027-05-31"


@pytest.mark.rule("CASE-11")
def test_taking_it_back_cancels_what_was_prepared_and_nothing_else(person):
    answer(person, purpose="registration")
    given, by = answer(person, purpose="followup"), UserFactory()
    later, other = (
        prepare_message(
            person,
            key=uuid4(),
            template=MessageTemplateFactory(code=purpose, purpose=purpose),
            channel="whatsapp",
            values={},
            by=by,
        )
        for purpose in ("followup", "registration")
    )

    withdraw(given, by=by)

    for each in (later, other):
        each.refresh_from_db()
    assert (later.state, later.ended_by) == (MessageState.CANCELLED, by)
    assert other.state == MessageState.PREPARED
    assert Activity.objects.get(verb="consent.withdrawn").changes["shut"] == 1
    assert Consent.objects.get(pk=given.pk).granted


@pytest.mark.rule("CASE-11")
def test_what_was_already_shared_is_listed_with_whom_and_when(person):
    certificate = CertificateFactory(assessment__person=person)

    (share,) = shared_of(person, ConsentPurpose.PUBLIC_REGISTER)

    assert (share.what, share.on) == (certificate.folio, certificate.issued_on)
    assert shared_of(person, ConsentPurpose.IMAGE) == []


@pytest.mark.rule("CASE-11")
def test_who_takes_back_the_registration_loses_the_case_and_all_other_consents(person):
    answer(person, purpose="registration")
    answer(person)
    case = person.cases.get()
    type(case).objects.filter(pk=case.pk).update(**closing_columns(case, UserFactory()))

    approve_closing(case, version=case.version, note="Lo pidió ella.", by=UserFactory())

    assert not person.consents.standing().exists()
    assert not has_consent(person, "registration")


def test_everything_is_taken_back_once(person):
    answer(person, purpose="registration")

    for _each in range(2):
        withdraw_everything(person, reason="", by=UserFactory())

    assert Activity.objects.filter(verb="consent.withdrawn").count() == 1


def test_every_purpose_says_what_it_opens_and_what_stays():
    assert {each.purpose for each in DOORS} == set(ConsentPurpose)
    assert all(each.opens and each.stays for each in DOORS)


@pytest.mark.rule("CASE-11")
def test_who_sees_what_comes_from_the_table_of_roles():
    assessing = [
        role.label
        for role in Role
        if GRANTS[role] & {Permission.ASSESSMENT_CONDUCT, Permission.ASSESSMENT_VERIFY}
    ]

    assert who_sees(ConsentPurpose.ASSESSMENT) == assessing
    assert who_sees(ConsentPurpose.PSYCHOSOCIAL) == [Role.PSYCHOLOGIST.label]
    assert who_sees(ConsentPurpose.LEGAL) == [Role.LEGAL_ADVISER.label]


# The pages


def url(name, person, *args):
    return reverse(f"beneficiaries:{name}", args=[person.public_id, *args])


@pytest.fixture
def theirs(client, person):
    user = UserFactory(caseworker=True, at=person.office)
    person.assignments.create(user=user, kind="caseworker", valid_from=TODAY())
    client.force_login(user)
    return user


def test_the_page_of_a_purpose_is_read_aloud(client, person, theirs):
    page = client.get(url("consent_create", person, "image")).content.decode()

    assert "Fotos." in page
    assert "Quién verá qué" in page
    assert client.get(url("consent_create", person, "algo")).status_code == 404


@pytest.mark.rule("CASE-3", "CASE-11")
def test_a_no_is_recorded_and_shown(client, person, theirs):
    data = {"key": str(uuid4()), "agrees": "no", "channel": "thumbprint", "witness": "Luz Paz"}

    response = client.post(url("consent_create", person, "image"), data)

    assert response.url == url("consent_list", person)
    assert state_of(person, "image") == S.REFUSED
    rows = {each["purpose"]: each for each in client.get(response.url).context["rows"]}
    assert rows["image"]["state"] == S.REFUSED
    assert rows["research"]["state"] == S.NOT_ASKED


def signature(data=None, name="firma.png"):
    drawn = papers.written(papers.picture(), "PNG") if data is None else data
    return papers.upload(drawn, name, "image/png")


def posted(**changes):
    return {"key": str(uuid4()), "agrees": "yes", "channel": "paper_signed"} | changes


def test_a_signature_on_the_screen_is_kept_and_opened_from_the_list(client, person, theirs):
    asked = client.get(url("consent_create", person, "image")).content.decode()
    assert "data-signature" in asked
    assert 'enctype="multipart/form-data"' in asked
    assert 'data-only-with="channel:digital_signature"' in asked

    sent = posted(channel="digital_signature", signature=signature())
    assert client.post(url("consent_create", person, "image"), sent).status_code == 302

    kept = person.consents.get().attachments.get()
    shown = client.get(url("consent_list", person)).content.decode()
    assert url("attachment_file", person, kept.public_id) in shown
    assert "Sin su copia" not in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "digital_signature"}, "signature"),
        ({"channel": "verbal_recorded"}, "recording"),
        ({"channel": "verbal_recorded", "recording": "x" * 201}, "recording"),
        ({"channel": "thumbprint"}, "witness"),
    ],
)
def test_what_proves_the_answer_is_asked_for_at_its_field(client, person, theirs, changes, field):
    response = client.post(url("consent_create", person, "image"), posted(**changes))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not person.consents.exists()


@pytest.mark.parametrize(
    "data", [b"no es una imagen", papers.paper(), b""], ids=["text", "pdf", "empty"]
)
def test_what_is_no_picture_is_no_signature(client, person, theirs, data):
    sent = posted(channel="digital_signature", signature=signature(data))

    response = client.post(url("consent_create", person, "image"), sent)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"signature"}
    assert not person.consents.exists()


def test_where_a_voice_is_recorded_is_shown(client, person, theirs):
    sent = posted(channel="verbal_recorded", recording="Teléfono 2, carpeta Permisos")
    client.post(url("consent_create", person, "image"), sent)

    shown = client.get(url("consent_list", person)).content.decode()

    assert "Dónde quedó la grabación: Teléfono 2, carpeta Permisos" in shown
    assert "Sin su copia" not in shown


def test_what_was_taken_back_says_when_and_when_it_was_given(client, person, theirs):
    given = answer(person)
    Consent.objects.update(given_at=timezone.now() - timedelta(days=9))
    withdraw(given)

    shown = client.get(url("consent_list", person)).content.decode()

    today, before = (
        date_format(TODAY() - timedelta(days=days), "SHORT_DATE_FORMAT") for days in (0, 9)
    )
    assert f"Retirado el {today} (dado el {before})" in shown


@pytest.mark.parametrize(
    ("back", "leads"),
    [("/personas/?q=1", "/personas/?q=1"), ("https://malo.example/", ""), ("//malo.example", "")],
)
def test_the_answer_leads_back_to_who_asked_for_it(client, person, theirs, back, leads):
    here = url("consent_create", person, "image") + "?" + urlencode({"siguiente": back})

    response = client.post(here, posted())

    assert response.url == (leads or url("consent_list", person))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(
    client, person, theirs, count, django_assert_num_queries
):
    for purpose in ["image", "research", "followup"][:count]:
        answer(person, purpose=purpose)
    client.get(url("consent_list", person))

    with django_assert_num_queries(11):
        client.get(url("consent_list", person))


@pytest.mark.rule("CASE-11")
def test_the_receipt_is_frozen_found_by_its_code_and_printed(client, person, theirs):
    answer(person)
    client.post(url("receipt_create", person), {"key": str(uuid4())})
    receipt = ConsentReceipt.objects.get()
    withdraw(person.consents.get())

    found = client.get(reverse("beneficiaries:receipt_find"), {"codigo": receipt.shown_code})
    pdf = client.get(reverse("beneficiaries:receipt_file", args=[receipt.public_id]))

    assert found.context["receipt"] == receipt
    assert [each["state"] for each in found.context["rows"]] == [S.GRANTED.label]
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.rule("SEC-3")
def test_a_receipt_of_another_office_is_not_found(client, person):
    answer(person)
    receipt = make_receipt(person, key=uuid4(), by=UserFactory())
    client.force_login(UserFactory(caseworker=True))

    found = client.get(reverse("beneficiaries:receipt_find"), {"codigo": receipt.code})
    pdf = client.get(reverse("beneficiaries:receipt_file", args=[receipt.public_id]))

    assert found.context["receipt"] is None
    assert pdf.status_code == 404


def test_a_new_version_is_published_from_its_page(client, person):
    client.force_login(UserFactory(role=Role.DATA_PROTECTION_OFFICER))
    page = client.get(reverse("beneficiaries:notice_renew"))
    answers = {
        name: field.initial or "Texto." for name, field in page.context["form"].fields.items()
    }
    answers |= {"key": str(uuid4()), "valid_from": TODAY().isoformat(), "image": "Otro texto."}

    response = client.post(reverse("beneficiaries:notice_renew"), answers)

    assert response.url == reverse("beneficiaries:notice_detail")
    newest = PurposeText.objects.filter(purpose="image").order_by("notice__number").last()
    assert newest.text == "Otro texto."
    assert "Otro texto." in client.get(response.url).content.decode()
