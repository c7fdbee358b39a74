"""Whom somebody may not assess, as it was declared, from one day to another (CERT-3)."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("beneficiaries", "0001_initial"),
        ("certification", "0011_lifting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclaredInterest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("trainer", "Trains or trained her or him"),
                            ("relative", "A relative"),
                            ("employer", "Employs, or is employed"),
                            ("partner", "A partner in a business"),
                            ("other", "Another reason"),
                        ],
                        max_length=10,
                        verbose_name="what they are to each other",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="note on the conflict"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="conflict from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="conflict until"),
                ),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interests",
                        to="certification.evaluator",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "conflict of interest of an evaluator",
                "verbose_name_plural": "conflicts of interest of evaluators",
                "indexes": [
                    models.Index(
                        fields=["evaluator", "valid_from"], name="interest_of_an_evaluator"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["trainer", "relative", "employer", "partner", "other"])
                        ),
                        name="interest_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organization", None), ("person__isnull", False)),
                            models.Q(
                                ("kind__in", ["employer", "partner"]),
                                ("organization__isnull", False),
                                ("person", None),
                            ),
                            _connector="OR",
                        ),
                        name="interest_in_a_person_or_an_organization",
                        violation_error_message="Say whom it is about: a person, or the organization of an employer or partner.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="interest_ends_after_it_begins",
                        violation_error_message="The last day cannot come before the first.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            -- The person's file may be put together with another, and the last day be said.
            CREATE FUNCTION interest_only_ends() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'a conflict of interest is ended, and not changed (CERT-3)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER interest_only_ends
                BEFORE UPDATE OF evaluator_id, organization_id, kind, note, valid_from, noted_at,
                    noted_by_id
                ON certification_declaredinterest
                FOR EACH ROW EXECUTE FUNCTION interest_only_ends();
            CREATE TRIGGER interest_ends_once
                BEFORE UPDATE OF valid_until ON certification_declaredinterest
                FOR EACH ROW WHEN (OLD.valid_until IS NOT NULL
                    AND NEW.valid_until IS DISTINCT FROM OLD.valid_until)
                EXECUTE FUNCTION interest_only_ends();

            SELECT guard_merged_files();
            """,
            migrations.RunSQL.noop,
        ),
    ]
