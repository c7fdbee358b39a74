"""What a person is told of her result, and what evidence has to be, each point by itself."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0012_interests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="judgement", name="judgement_not_yet_has_feedback"),
        migrations.RenameField(
            model_name="judgement", old_name="feedback", new_name="recommendations"
        ),
        migrations.AlterField(
            model_name="judgement",
            name="recommendations",
            field=models.TextField(blank=True, verbose_name="what is recommended"),
        ),
        migrations.AddField(
            model_name="judgement",
            name="strengths",
            field=models.TextField(
                blank=True, default="", verbose_name="what the person does well"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="judgement",
            name="gaps",
            field=models.TextField(blank=True, default="", verbose_name="what is still missing"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="judgement",
            name="feedback_at",
            field=models.DateTimeField(
                null=True, verbose_name="when it was explained to the person"
            ),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "not_yet_competent"), _negated=True),
                    models.Q(("recommendations", ""), _negated=True),
                    _connector="OR",
                ),
                name="judgement_not_yet_has_recommendations",
            ),
        ),
        migrations.CreateModel(
            name="EvidenceReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid", models.BooleanField(verbose_name="valid")),
                ("authentic", models.BooleanField(verbose_name="authentic")),
                ("current", models.BooleanField(verbose_name="current")),
                ("sufficient", models.BooleanField(verbose_name="sufficient")),
                (
                    "note",
                    models.CharField(blank=True, max_length=300, verbose_name="what is lacking"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="certification.evidence",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("authentic", True),
                                ("current", True),
                                ("sufficient", True),
                                ("valid", True),
                            ),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="evidence_review_says_what_is_lacking",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            """
            -- After it was signed it is explained once, and archived once.
            CREATE OR REPLACE FUNCTION judgement_is_only_archived() RETURNS trigger AS $$
            DECLARE
                free text[] := ARRAY['archived_at', 'feedback_at'];
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.archived_at IS NOT NULL
                    OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free
                    OR (OLD.feedback_at IS NOT NULL
                        AND NEW.feedback_at IS DISTINCT FROM OLD.feedback_at) THEN
                    RAISE EXCEPTION 'a signed judgement never changes (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE FUNCTION evidence_review_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'what was found of evidence is written once (CERT-7)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER evidence_review_is_written_once
                BEFORE UPDATE ON certification_evidencereview
                FOR EACH ROW EXECUTE FUNCTION evidence_review_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
    ]
