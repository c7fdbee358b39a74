"""What was shown and looked at before a session, and its pauses, are kept with it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0006_closing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="receipt",
            name="receipt_kind_and_outcome_are_known",
        ),
        migrations.AddField(
            model_name="assessmentsession",
            name="consents",
            field=models.JSONField(default=list, verbose_name="consents in force at the start"),
        ),
        migrations.AddField(
            model_name="assessmentsession",
            name="safety",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("protection", "The protective equipment is there, and worn"),
                        ("area", "The area, the tools and the machines are safe"),
                    ],
                    max_length=12,
                ),
                default=list,
                verbose_name="what was looked at for safety",
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="kind",
            field=models.CharField(
                choices=[
                    ("start", "Identity and start"),
                    ("answer", "Answer"),
                    ("pause", "Pause"),
                    ("resume", "End of the pause"),
                    ("stop", "Stop for safety"),
                    ("photo", "Photo"),
                    ("signature", "Signature"),
                    ("close", "End of the evidence"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmentsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None), ("ended_at__gte", models.F("started_at")), _connector="OR"
                ),
                name="session_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmentsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("safety__contained_by", ["protection", "area"])),
                name="session_safety_points_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "start",
                            "answer",
                            "pause",
                            "resume",
                            "stop",
                            "photo",
                            "signature",
                            "close",
                        ],
                    ),
                    ("outcome__in", ["stored", "conflict"]),
                ),
                name="receipt_kind_and_outcome_are_known",
            ),
        ),
        migrations.AddField(
            model_name="sessionpause",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sessionpause",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pauses",
                to="certification.assessmentsession",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("session",),
                name="pause_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None), ("ended_at__gte", models.F("started_at")), _connector="OR"
                ),
                name="pause_ends_after_it_began",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION session_keeps_what_was_seen() RETURNS trigger AS $$
            BEGIN
                IF NEW.consents <> OLD.consents OR NEW.safety <> OLD.safety THEN
                    RAISE EXCEPTION 'what was seen before a session stays so (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER session_keeps_what_was_seen
                BEFORE UPDATE ON certification_assessmentsession
                FOR EACH ROW EXECUTE FUNCTION session_keeps_what_was_seen();
            CREATE FUNCTION pause_is_only_ended() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
                    OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
                    RAISE EXCEPTION 'a pause is ended once, and never changes (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER pause_is_only_ended
                BEFORE UPDATE OR DELETE ON certification_sessionpause
                FOR EACH ROW EXECUTE FUNCTION pause_is_only_ended();
            """,
            migrations.RunSQL.noop,
        ),
    ]
