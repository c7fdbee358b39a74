"""Texts for people: neutral where they must be, at safe hours, and sent by a person (CASE-14)."""

from datetime import datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.actions.messages import (
    NotPossible,
    channels_of,
    check_texts,
    prepare_message,
    prepare_row,
    tick_message,
    write_template,
)
from beneficiaries.choices import MessageState
from beneficiaries.models import Message, SafeHours
from beneficiaries.rules.messages import Hours, fill, gives_away, link_of, next_window
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    ConsentFactory,
    ContactFactory,
    MessageTemplateFactory,
    PersonFactory,
)

EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
HOME = ZoneInfo("America/El_Salvador")
VALUES = {"actividad": "Curso de cocina", "dia": "jueves", "hora": "8:00", "lugar": "la oficina"}


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=HOME)


# Hours and words, without a database


@pytest.mark.rule("CASE-14")
@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (at(23, 10), at(23, 18), at(23, 20)),
        (at(23, 18), at(23, 18), at(23, 20)),
        (at(23, 19, 59), at(23, 19, 59), at(23, 20)),
        (at(23, 20), at(24, 18), at(24, 20)),
        (at(27, 21), at(30, 18), at(30, 20)),  # a Friday: nothing at the weekend
    ],
)
def test_the_next_hours_are_those_that_run_or_the_first_to_come(now, starts, ends):
    hours = [Hours([0, 1, 2, 3, 4], time(18), time(20))]

    assert next_window(hours, now) == (starts, ends)


def test_the_earliest_of_several_hours_counts():
    hours = [Hours([1], time(8), time(9)), Hours([0], time(12), time(13))]

    assert next_window(hours, at(23, 10)).starts == at(23, 12)
    assert next_window(hours, at(23, 14)).starts == at(24, 8)


def test_who_named_no_hours_may_be_reached_at_any():
    assert next_window([], at(23, 3)) == (at(23, 3), None)


@pytest.mark.rule("CASE-14")
@pytest.mark.parametrize(
    "text",
    ["Gene-Sis le saluda", "genesis", "vea https://x.test", "www.x.test", "{actividad}", "{lugar}"],
)
def test_a_neutral_text_that_tells_is_known(text):
    assert gives_away(text)
    assert not gives_away("Hola, {nombre}. Le saluda {quien}.")
    with pytest.raises(ValidationError):
        check_texts("Hola.", text)


def test_a_text_asks_for_nothing_unknown():
    with pytest.raises(ValidationError, match="dui"):
        check_texts("Su {dui}", "Hola.")
    assert fill("{nombre}: {dia}{hora}", {"nombre": "Ana", "dia": "hoy"}) == "Ana: hoy"


def test_a_link_opens_the_telephone_with_the_text():
    assert link_of("whatsapp", "+50370000001", "Hola & más") == (
        "https://wa.me/50370000001?text=Hola%20%26%20m%C3%A1s"
    )
    assert link_of("sms", "+50370000001", "Sí") == "sms:+50370000001?body=S%C3%AD"
    assert link_of("call", "+50370000001", "Sí") == "tel:+50370000001"


# With people


@pytest.fixture
def xiomara(db):
    """WhatsApp only, from 18 to 20, and the programme may not be named."""
    person = PersonFactory(given_names="Xiomara", surnames="Paz")
    ContactFactory(person=person, allowed_channels=["whatsapp"], safe_to_identify_project=False)
    SafeHours.objects.create(person=person, days=EVERY_DAY, starts=time(18), ends=time(20))
    ConsentFactory(person=person)
    return person


def prepare(person, **changes):
    values = {"key": uuid4(), "template": MessageTemplateFactory(), "channel": "whatsapp"}
    return prepare_message(
        person, **values | {"values": VALUES, "by": UserFactory(first_name="Luz")} | changes
    )


@pytest.mark.rule("S05", "CASE-14")
def test_the_neutral_message_as_it_is_told(xiomara, time_machine):
    """S05: a bulk reminder at 10:00 becomes a task at 18:00, with the neutral text frozen."""
    time_machine.move_to(at(23, 10), tick=False)
    other = PersonFactory()
    ContactFactory(person=other, phone_1="+50370000002", safe_to_identify_project=True)
    ConsentFactory(person=other)
    coach, template = UserFactory(role=Role.COACH, first_name="Luz"), MessageTemplateFactory()

    for each in (xiomara, other):
        assert prepare_row(each, template=template, values=VALUES, by=coach) == ""

    message, theirs = Message.objects.get(person=xiomara), Message.objects.get(person=other)
    assert (message.not_before, message.not_after) == (at(23, 18), at(23, 20))
    assert message.text == "Hola, Xiomara. Le saluda Luz. ¿Puede comunicarse conmigo?"
    assert not any(each in message.text for each in ("Gene-Sis", "Curso", "http"))
    assert (message.neutral, message.channel) == (True, "whatsapp")
    assert channels_of(xiomara) == ["whatsapp"]
    logged = Activity.objects.get(verb="message.prepared", record_id=message.pk).changes
    assert (logged["template"], logged["neutral"]) == ("recordatorio", True)
    assert "Curso de cocina" in theirs.text

    with pytest.raises(NotPossible, match="A esta hora no"):
        tick_message(message, version=1, by=coach)
    template.neutral_text = "Otro texto."
    template.save()
    time_machine.move_to(at(23, 18), tick=False)
    sent = tick_message(message, version=1, by=coach)

    assert (sent.state, sent.ended_by) == (MessageState.SENT, coach)
    assert sent.text == "Hola, Xiomara. Le saluda Luz. ¿Puede comunicarse conmigo?"
    logged = Activity.objects.get(verb="message.sent").changes
    assert (logged["template"], logged["neutral"]) == ("recordatorio", True)


@pytest.mark.rule("CASE-14")
@pytest.mark.parametrize("channel", ["sms", "call", "email", "", "whatsapp "])
def test_a_way_that_is_not_allowed_is_impossible(xiomara, channel):
    with pytest.raises(NotPossible):
        prepare(xiomara, channel=channel)

    assert not Message.objects.exists()


@pytest.mark.rule("CASE-14")
def test_without_any_allowed_way_nothing_can_be_prepared(xiomara):
    xiomara.contact.allowed_channels = []
    xiomara.contact.save()

    why = prepare_row(xiomara, template=MessageTemplateFactory(), values={}, by=UserFactory())

    assert why == "Sin forma de contacto permitida: no contactar"
    with pytest.raises(NotPossible):
        prepare(xiomara)


@pytest.mark.rule("CASE-11", "CASE-14")
def test_without_the_consent_for_it_nothing_is_prepared(xiomara):
    with pytest.raises(NotPossible, match="14 meses"):
        prepare(xiomara, template=MessageTemplateFactory(code="seguimiento", purpose="followup"))


@pytest.mark.rule("CASE-14")
@pytest.mark.parametrize(
    "changes",
    [{"allowed_channels": ["sms"]}, {"phone_1": "+50370000009"}],
    ids=["channel", "number"],
)
def test_what_she_allows_is_looked_at_again_before_it_counts_as_sent(
    xiomara, changes, time_machine
):
    time_machine.move_to(at(23, 18, 30), tick=False)
    message = prepare(xiomara)
    type(xiomara.contact).objects.update(**changes)

    with pytest.raises(NotPossible, match="Cambió"):
        tick_message(message, version=1, by=UserFactory())


@pytest.mark.rule("CASE-14")
def test_a_text_that_names_the_programme_is_not_sent_once_it_may_not(db, time_machine):
    time_machine.move_to(at(23, 9), tick=False)
    person = PersonFactory()
    ContactFactory(person=person, safe_to_identify_project=True)
    ConsentFactory(person=person)
    message = prepare(person)
    type(person.contact).objects.update(safe_to_identify_project=False)

    with pytest.raises(NotPossible, match="nombrar"):
        tick_message(message, version=1, by=UserFactory())


def test_a_text_with_something_left_empty_is_not_prepared(xiomara):
    type(xiomara.contact).objects.update(safe_to_identify_project=True)

    with pytest.raises(NotPossible, match="Complete: actividad, dia"):
        prepare(xiomara, values={})


@pytest.mark.rule("SEC-16")
def test_the_same_form_prepares_once(xiomara):
    key, by, template = uuid4(), UserFactory(), MessageTemplateFactory()
    for _each in range(2):
        prepare(xiomara, key=key, by=by, template=template)

    assert Message.objects.count() == 1


def test_a_template_is_written_with_both_texts(db):
    written = write_template(
        key=uuid4(),
        code="cita",
        title="Cita",
        purpose="registration",
        text="{nombre}: {dia}",
        neutral_text="Hola, {nombre}.",
        by=UserFactory(),
    )

    assert written.active


# The pages


@pytest.fixture
def hers(client, xiomara):
    """Her caseworker, signed in."""
    user = UserFactory(caseworker=True, at=xiomara.office, first_name="Luz")
    AssignmentFactory(person=xiomara, user=user)
    client.force_login(user)
    return user


@pytest.mark.rule("CASE-14")
def test_only_what_she_allows_is_offered_and_the_link_waits_for_the_hour(
    client, xiomara, hers, time_machine
):
    time_machine.move_to(at(23, 10), tick=False)
    client.cookies.clear()
    client.force_login(hers)
    MessageTemplateFactory()
    url = reverse("beneficiaries:message_create", args=[xiomara.public_id])
    form = client.get(url).context["form"]
    assert [value for value, _label in form.fields["channel"].choices] == ["whatsapp"]

    template = form.fields["template"].queryset.get().pk
    answers = {"key": str(uuid4()), "channel": "whatsapp", "template": template} | VALUES
    response = client.post(url, answers)

    assert response.url == reverse("beneficiaries:message_list")
    assert "wa.me" not in client.get(response.url).content.decode()
    time_machine.move_to(at(23, 18), tick=False)
    client.cookies.clear()
    client.force_login(hers)
    assert "https://wa.me/50370000001?text=Hola%2C%20Xiomara" in (
        client.get(response.url).content.decode()
    )
    message = Message.objects.get()
    client.post(reverse("beneficiaries:message_tick", args=[message.public_id]), {"version": "1"})
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert "texto neutral" in client.get(url).content.decode()


@pytest.mark.rule("CASE-11", "CASE-14")
def test_a_text_without_its_consent_is_not_offered_and_says_why(client, xiomara, hers):
    MessageTemplateFactory()
    asks = MessageTemplateFactory(code="seguimiento", title="Preguntar", purpose="followup")
    url = reverse("beneficiaries:message_create", args=[xiomara.public_id])
    given = ConsentFactory(person=xiomara, purpose="followup")
    assert asks in client.get(url).context["form"].fields["template"].queryset

    withdraw_consent(given, version=1, reason="", by=hers)
    shown = client.get(url)

    assert asks not in shown.context["form"].fields["template"].queryset
    assert list(shown.context["waiting"]) == [asks]
    ask = reverse("beneficiaries:consent_create", args=[xiomara.public_id, "followup"])
    assert f"{ask}?siguiente={url}" in shown.content.decode()
    withdraw_consent(xiomara.consents.get(purpose="registration"), version=1, reason="", by=hers)
    assert not client.get(url).context["form"].fields["template"].queryset.exists()


def test_a_message_that_is_put_aside_waits_no_more(client, xiomara, hers):
    message = prepare(xiomara)

    client.post(reverse("beneficiaries:message_cancel", args=[message.public_id]), {"version": "1"})

    message.refresh_from_db()
    assert message.state == MessageState.CANCELLED


def test_safe_hours_are_added_and_taken_away(client, xiomara, hers):
    url = reverse("beneficiaries:hours_create", args=[xiomara.public_id])
    answers = {"days": ["5"], "starts": "08:00", "ends": "12:00", "active": "on"}
    assert client.post(url, answers | {"key": str(uuid4()), "ends": "07:00"}).status_code == 422

    client.post(url, answers | {"key": str(uuid4())})

    added = xiomara.safe_hours.get(days=[5])
    assert str(added) == "sábado: 08:00–12:00"
    change = reverse("beneficiaries:hours_change", args=[xiomara.public_id, added.public_id])
    client.post(change, {"days": ["5"], "starts": "08:00", "ends": "12:00", "version": "1"})
    added.refresh_from_db()
    assert not added.active


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_messages_asks_few_queries(
    client, xiomara, hers, count, django_assert_num_queries
):
    for _each in range(count):
        prepare(xiomara)
    url = reverse("beneficiaries:message_list")
    client.get(url)

    with django_assert_num_queries(6):
        client.get(url)


def test_texts_are_written_and_changed_by_their_pages(client, db):
    client.force_login(UserFactory(role=Role.DATA_PROTECTION_OFFICER))
    answers = {
        "code": "cita",
        "title": "Cita",
        "purpose": "registration",
        "text": "Hola {nombre}",
        "neutral_text": "Hola, de Gene-Sis",
        "key": str(uuid4()),
    }
    url = reverse("beneficiaries:template_create")
    refused = client.post(url, answers)
    assert set(refused.context["form"].errors) == {"neutral_text"}

    client.post(url, answers | {"neutral_text": "Hola"})

    page = client.get(reverse("beneficiaries:template_list"))
    (template,) = page.context["templates"]
    change = reverse("beneficiaries:template_change", args=[template.public_id])
    client.post(change, answers | {"version": "1", "neutral_text": "Buenas", "active": ""})
    template.refresh_from_db()
    assert (template.neutral_text, template.active) == ("Buenas", False)
