"""What the columns of a workbook held the last time: remembered by office, offered, changed."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files import File
from django.urls import reverse

from beneficiaries.actions import imports
from beneficiaries.models import ColumnMapping
from tests.beneficiaries.workbooks import COLUMNS, content, line
from tests.factories.accounts import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db
NAMES = list(COLUMNS)


def sent(office, *, columns=NAMES, by=None):
    """A workbook that the office sends, with these columns."""
    file = File(BytesIO(content(line(1), columns=columns)), name="registro.xlsx")
    by = by or UserFactory(registrar=True, at=office)
    return imports.upload_workbook(key=uuid4(), by=by, file=file, office=office, phase=None)


def confirm(batch, **changes):
    mapping = batch.mapping | changes
    return imports.confirm_mapping(batch, version=1, mapping=mapping, by=batch.uploaded_by)


@pytest.fixture
def known(office):
    """The office said once that the trade stands under «N°», and the sector nowhere."""
    batch = sent(office)
    assert batch.mapping["occupation"] == "Ocupación"
    confirm(batch, occupation="N°", sector="")
    return ColumnMapping.objects.get()


def test_what_an_office_confirmed_is_proposed_the_next_time(office, known):
    batch = sent(office)

    assert batch.mapping == known.mapping
    assert batch.mapping["occupation"] == "N°"
    assert "sector" not in batch.mapping


def test_the_order_of_the_columns_makes_no_difference(office, known):
    assert sent(office, columns=NAMES[::-1]).mapping == known.mapping


@pytest.mark.parametrize("columns", [NAMES[:-1], [*NAMES, "Otra"]])
def test_other_columns_are_proposed_by_their_names(office, known, columns):
    batch = sent(office, columns=columns)

    assert batch.mapping["occupation"] == "Ocupación"
    confirm(batch)
    assert ColumnMapping.objects.count() == 2


def test_another_office_knows_nothing_of_it(known):
    batch = sent(OrganizationFactory())

    assert batch.mapping["occupation"] == "Ocupación"


def test_what_was_confirmed_last_is_what_is_remembered(office, known):
    by = UserFactory(registrar=True, at=office)

    confirm(sent(office, by=by), occupation="Ocupación")

    kept = ColumnMapping.objects.get()
    assert (kept.pk, kept.used_by, kept.mapping["occupation"]) == (known.pk, by, "Ocupación")


@pytest.mark.parametrize("name", ["<b>Ñ</b>", "=1+1", "x" * 500, "\u202eabc"])
def test_columns_may_be_called_anything(office, name):
    first = sent(office, columns=[*NAMES, name])
    confirm(first, notes=first.columns[-1])

    assert sent(office, columns=[*NAMES, name]).mapping["notes"] == first.columns[-1]


def test_the_page_says_whence_the_proposal_comes_and_it_may_be_changed(client, office, known):
    batch = sent(office, by=known.used_by)
    client.force_login(known.used_by)
    url = reverse("beneficiaries:import_map", args=[batch.public_id])

    page = client.get(url)
    form = page.context["form"]
    assert form["occupation"].value() == "N°"
    assert "Ya llegó un libro con estas columnas" in page.content.decode()
    assert str(known.used_by) in page.content.decode()

    by_name = client.get(url, {"nombres": ""})
    form = by_name.context["form"]
    assert form["occupation"].value() == "Ocupación"
    typed = {name: form[name].value() for name in form.fields}
    assert client.post(url, typed).status_code == 302
    assert ColumnMapping.objects.get().mapping["occupation"] == "Ocupación"


def test_the_first_workbook_is_proposed_by_its_names_and_says_nothing_else(client, office):
    batch = sent(office)
    client.force_login(batch.uploaded_by)

    page = client.get(reverse("beneficiaries:import_map", args=[batch.public_id]))

    assert page.context["known"] is None
    assert "Ya llegó" not in page.content.decode()
