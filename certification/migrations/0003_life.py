"""Help on a plan as fields; what follows from a certificate and who leaves is told and closed."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_what_was_written(apps, schema_editor):
    """What was written freely about help stays, as the note of something else."""
    Plan = apps.get_model("certification", "Plan")
    PlanHelp = apps.get_model("certification", "PlanHelp")
    PlanHelp.objects.bulk_create(
        PlanHelp(plan=each, kinds=["other"], note=each.accommodations)
        for each in Plan.objects.exclude(accommodations="").iterator()
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("beneficiaries", "0001_initial"),
        ("certification", "0002_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanHelp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read_aloud", "Questions read aloud"),
                                ("interpreter", "An interpreter"),
                                ("extra_time", "More time"),
                                ("support", "Somebody at her or his side"),
                                ("place", "A place that she or he can reach and use"),
                                ("other", "Something else, which the note says"),
                            ],
                            max_length=12,
                        ),
                        verbose_name="help that is needed",
                    ),
                ),
                (
                    "extra_minutes",
                    models.PositiveSmallIntegerField(null=True, verbose_name="extra minutes"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="what is to be minded"
                    ),
                ),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="help",
                        to="certification.plan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kinds__contained_by",
                                [
                                    "read_aloud",
                                    "interpreter",
                                    "extra_time",
                                    "support",
                                    "place",
                                    "other",
                                ],
                            ),
                            ("kinds__len__gt", 0),
                        ),
                        name="plan_help_is_of_known_kinds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("extra_minutes__isnull", False),
                                ("extra_minutes__range", (1, 480)),
                                ("kinds__contains", ["extra_time"]),
                            ),
                            models.Q(
                                models.Q(("kinds__contains", ["extra_time"]), _negated=True),
                                ("extra_minutes", None),
                            ),
                            _connector="OR",
                        ),
                        name="plan_help_more_time_says_how_much",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kinds__contains", ["other"]), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="plan_help_of_another_kind_is_described",
                    ),
                ],
            },
        ),
        migrations.RunPython(keep_what_was_written, migrations.RunPython.noop),
        # What was copied is looked at now: else the table could not be altered below.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="plan",
            name="accommodations",
        ),
        migrations.CreateModel(
            name="HolderNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("told_on", models.DateField(null=True, verbose_name="told on")),
                (
                    "told_how",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="how she or he was told"
                    ),
                ),
                ("told_at", models.DateTimeField(editable=False, null=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice",
                        to="certification.certificateevent",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.message",
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice to the holder",
                "verbose_name_plural": "notices to the holder",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("told_at", None),
                                ("told_by", None),
                                ("told_how", ""),
                                ("told_on", None),
                            ),
                            models.Q(
                                ("told_at__isnull", False),
                                ("told_by__isnull", False),
                                ("told_on__isnull", False),
                                models.Q(("told_how", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="holder_told_by_somebody_some_day_somehow",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="partsalert",
            name="reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="what came of it"),
        ),
        migrations.AddField(
            model_name="partsalert",
            name="settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="partsalert",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="training",
            name="ended_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("assessment_left", "The assessment ended"),
                    ("case_closed", "The person left the programme"),
                ],
                max_length=15,
                verbose_name="why it was closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="partsalert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("settled_by", models.F("user")), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="parts_alert_settled_by_somebody_else_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="training",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_because", ""),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("ended_because__in", ["assessment_left", "case_closed"]),
                    ),
                    _connector="OR",
                ),
                name="training_closed_by_something_else_once_it_is_closed",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE OR REPLACE FUNCTION what_was_decided_is_done_anew() RETURNS trigger AS $$
            DECLARE
                until timestamptz;
                named bigint[] := ARRAY[
                    CASE WHEN NEW.verifier_id IS DISTINCT FROM OLD.verifier_id
                        THEN NEW.verifier_id END,
                    CASE WHEN NEW.officer_id IS DISTINCT FROM OLD.officer_id
                        THEN NEW.officer_id END];
            BEGIN
                SELECT max(resolved_at) INTO until FROM certification_appeal
                    WHERE assessment_id = NEW.id AND resolution IN ('revoked', 'repeat');
                IF EXISTS (SELECT 1 FROM certification_verification act
                           WHERE act.assessment_id = NEW.id AND act.at <= until
                               AND act.verifier_id = ANY (named))
                    OR EXISTS (SELECT 1 FROM certification_decision act
                               WHERE act.assessment_id = NEW.id AND act.at <= until
                                   AND act.officer_id = ANY (named)) THEN
                    RAISE EXCEPTION 'what an appeal took back is done by others (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.state IN ('withdrawn', 'cancelled') AND NEW.state <> OLD.state
                    AND EXISTS (SELECT 1 FROM certification_decision act
                                WHERE act.assessment_id = NEW.id AND act.outcome <> 'returned')
                    -- What was annulled and is repeated, and has not begun again.
                    AND (OLD.state NOT IN ('planned', 'plan_agreed')
                        OR EXISTS (SELECT 1 FROM certification_assessmentsession held
                                   WHERE held.assessment_id = NEW.id
                                       AND held.annulled_at IS NULL)) THEN
                    RAISE EXCEPTION 'what was decided is not left (CERT-20)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            """,
            migrations.RunSQL.noop,
        ),
    ]
