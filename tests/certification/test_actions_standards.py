"""Loading standards from their files, and what the judgement reads of them."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Activity
from certification.actions import committee, drafts
from certification.actions.standards import AlreadyPublished, load_standard, scheme_of
from certification.choices import VersionState
from certification.models import AnswerKey, Item, Standard, StandardVersion
from certification.rules import standards as rules
from certification.rules.standards import InvalidStandard
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    STANDARDS,
    StandardVersionFactory,
    published_standard,
    real_standard,
)

pytestmark = pytest.mark.django_db

TEXT = (STANDARDS / "CON-002.yaml").read_bytes()
PARTS = [
    "unit",
    "element",
    "criterion",
    "knowledge",
    "instrument",
    "item",
    "answerkey",
    "diagnosticquestion",
    "diagnosticband",
    "equipment",
]


@pytest.mark.rule("CERT-1")
def test_a_standard_is_kept_whole_as_a_draft():
    version = load_standard(TEXT)

    version.refresh_from_db()
    assert str(version) == "CON-002 v1 Instalación de pisos y revestimientos cerámicos"
    assert (version.state, version.standard.sector) == (VersionState.DRAFT, "construction")
    assert (version.certificate_months, version.total_minimum) == (36, 8500)
    kept = {
        part: getattr(version, related).count()
        for part, related in {
            "units": "units",
            "elements": "elements",
            "criteria": "criterions",
            "knowledge": "knowledges",
            "instruments": "instruments",
            "items": "items",
            "keys": "answer_keys",
            "questions": "diagnosticquestions",
            "bands": "diagnostic_bands",
            "equipment": "equipment",
        }.items()
    }
    assert kept == {
        "units": 1,
        "elements": 3,
        "criteria": 11,
        "knowledge": 3,
        "instruments": 3,
        "items": 37,
        "keys": 10,
        "questions": 7,
        "bands": 3,
        "equipment": 9,
    }
    assert sum(version.items.values_list("weight", flat=True)) == 10_000
    assert len(version.warnings) == 2  # C1.2 and C2.1 hang on one item each


def test_loading_leaves_a_trace():
    version = load_standard(TEXT)

    activity = Activity.objects.get()
    assert (activity.verb, activity.actor, activity.record_id) == (
        "standard.loaded",
        None,
        version.pk,
    )
    assert activity.changes == {"sha256": version.source_sha256, "state": "draft"}


@pytest.mark.parametrize("name", ["CON-002", "CON-003"])
def test_the_rows_are_judged_as_the_file(name, django_assert_num_queries):
    version = real_standard(name)

    with django_assert_num_queries(2):
        scheme = scheme_of(version)

    text = (STANDARDS / f"{name}.yaml").read_bytes()
    assert scheme == rules.scheme_of(rules.read_standard(text))


def test_the_same_file_again_changes_nothing():
    first = load_standard(TEXT)

    again = load_standard(TEXT)

    assert again == first
    assert (Standard.objects.count(), StandardVersion.objects.count()) == (1, 1)
    assert Activity.objects.count() == 1


@pytest.mark.rule("CERT-2")
def test_a_published_version_takes_no_other_content():
    version = published_standard(TEXT)

    with pytest.raises(AlreadyPublished, match="CON-002 v1"):
        load_standard(TEXT.replace(b"duracion_min: 300", b"duracion_min: 301"))

    version.refresh_from_db()
    assert version.duration_minutes == 300
    assert version.items.count() == 37


def test_a_file_takes_the_place_of_a_draft():
    load_standard(TEXT.replace(b"duracion_min: 300", b"duracion_min: 301"))

    version = load_standard(TEXT)

    assert list(StandardVersion.objects.all()) == [version]
    assert (version.state, version.duration_minutes) == (VersionState.DRAFT, 300)
    assert Item.objects.count() == 37


def test_the_newest_published_version_gives_the_standard_its_title():
    published_standard(TEXT)
    second = TEXT.replace(b"version: 1", b"version: 2").replace(
        "titulo: Instalación de pisos".encode(), "titulo: Colocación de pisos".encode()
    )

    load_standard(second)
    assert Standard.objects.get().title.startswith("Instalación")

    published_standard(second)
    standard = Standard.objects.get()
    assert standard.title.startswith("Colocación")
    assert list(standard.versions.order_by("number").values_list("number", "title")) == [
        (1, "Instalación de pisos y revestimientos cerámicos"),
        (2, "Colocación de pisos y revestimientos cerámicos"),
    ]


@pytest.mark.rule("CERT-1")
@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (b'peso: "3.00", critico: true,', b'peso: "3.01", critico: true,', "100.01"),
        (b"estado: publicada", b"estado: lista", "estado"),
        (b"estado: publicada", b"estado: [publicada]", "estado"),
        (b"duracion_min: 300", b"duracion_min: 40000", "duracion_min"),
        (b"codigo: CON-002-U1", b"codigo: " + b"U" * 21, r"norma.unidades\[0\]: .codigo"),
    ],
)
def test_a_file_that_is_not_whole_leaves_nothing(old, new, wrong):
    assert TEXT.count(old) == 1

    with pytest.raises(InvalidStandard, match=wrong):
        load_standard(TEXT.replace(old, new))

    assert not Standard.objects.exists()
    assert not Activity.objects.exists()


def test_the_command_loads_what_comes_with_genesis_and_runs_again(capsys):
    call_command("load_standards")
    call_command("load_standards")

    loaded = StandardVersion.objects.order_by("standard__code")
    assert list(loaded.values_list("standard__code", "state")) == [
        ("CON-002", "draft"),
        ("CON-003", "draft"),
    ]
    assert capsys.readouterr().out.count("CON-002 v1") == 2


@pytest.mark.rule("CERT-2")
@pytest.mark.parametrize("stated", [b"publicada", b"borrador"])
def test_a_file_publishes_nothing_whatever_it_says_of_itself(stated):
    version = load_standard(TEXT.replace(b"estado: publicada", b"estado: " + stated))

    assert version.state == VersionState.DRAFT
    assert not StandardVersion.objects.usable_on(version.valid_from).exists()


@pytest.mark.rule("CERT-2")
def test_what_was_loaded_a_committee_publishes_and_loading_it_again_changes_nothing():
    author, *panel = UserFactory.create_batch(3, officer=True)
    loaded = load_standard(TEXT)
    draft = drafts.copy_version(loaded, key=uuid4(), by=author)
    draft = committee.send_to_committee(draft, version=draft.version, by=author)
    for member in panel:
        committee.approve_draft(draft, version=draft.version, by=member)
    told = {"met_on": timezone.localdate(), "present": "Ana Ruiz", "minutes": "Acordado."}

    version = committee.publish_draft(draft, version=draft.version, file=None, by=panel[0], **told)

    assert load_standard(TEXT) == version
    assert list(StandardVersion.objects.all()) == [version]
    assert version.state == VersionState.PUBLISHED


def test_the_command_leaves_what_a_committee_published_otherwise(capsys):
    version = published_standard(TEXT.replace(b"duracion_min: 300", b"duracion_min: 301"))

    call_command("load_standards")

    assert "CON-002.yaml" in capsys.readouterr().out
    version.refresh_from_db()
    assert version.duration_minutes == 301
    with pytest.raises(CommandError, match="CON-002 v1"):
        call_command("load_standards", STANDARDS / "CON-002.yaml")


def test_the_command_names_the_file_that_it_cannot_load(tmp_path):
    file = tmp_path / "roto.yaml"
    file.write_text("norma: {}")

    with pytest.raises(CommandError, match=r"roto\.yaml"):
        call_command("load_standards", file)
    with pytest.raises(CommandError, match=r"falta\.yaml"):
        call_command("load_standards", tmp_path / "falta.yaml")


# What the database refuses, whatever the code does


def refused(sql, *values):
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


@pytest.mark.rule("CERT-2")
@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_a_published_version_cannot_be_touched(part):
    version = real_standard()
    draft = StandardVersionFactory(draft=True)
    table = f"certification_{part}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE standard_version_id = %s", [version.pk])
        assert cursor.fetchone()[0] > 0
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
            [table],
        )
        columns = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())

    where = "WHERE standard_version_id = %s"
    refused(f"UPDATE {table} SET standard_version_id = standard_version_id {where}", version.pk)
    refused(f"DELETE FROM {table} {where}", version.pk)
    refused(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} {where}", version.pk)
    refused(f"UPDATE {table} SET standard_version_id = %s {where}", draft.pk, version.pk)


@pytest.mark.rule("CERT-2")
def test_no_part_of_a_draft_can_be_put_into_a_published_version():
    version, draft = real_standard(), StandardVersionFactory(draft=True)

    refused(
        "UPDATE certification_item SET standard_version_id = %s WHERE standard_version_id = %s",
        version.pk,
        draft.pk,
    )


@pytest.mark.rule("CERT-2")
@pytest.mark.parametrize(
    "change", ["title = 'Otra'", "total_minimum = 1", "state = 'draft'", "certificate_months = 99"]
)
def test_a_published_version_cannot_be_changed(change):
    version = StandardVersionFactory()

    refused(f"UPDATE certification_standardversion SET {change} WHERE id = %s", version.pk)
    refused("DELETE FROM certification_standardversion WHERE id = %s", version.pk)


def test_a_published_version_can_be_retired():
    version = StandardVersionFactory()

    StandardVersion.objects.filter(pk=version.pk).update(state=VersionState.RETIRED)

    assert not StandardVersion.objects.usable_on(version.valid_from).exists()


def test_keys_are_in_a_table_of_their_own():
    real_standard()

    assert AnswerKey.objects.count() == 10
    assert "key" not in {field.name for field in Item._meta.fields}
