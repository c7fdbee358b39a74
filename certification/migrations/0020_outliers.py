"""That somebody looked at assessments that stood out, and what was found: written once."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0019_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OutlierReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("up_to", models.PositiveBigIntegerField()),
                ("note", models.CharField(max_length=500, verbose_name="what was found")),
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
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlier_reviews",
                        to="certification.evaluator",
                    ),
                ),
            ],
            options={
                "verbose_name": "look at assessments that stand out",
                "verbose_name_plural": "looks at assessments that stand out",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True),
                        name="outlier_review_says_something",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION outlier_review_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'what was found of assessments is written once (CERT-13)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER outlier_review_is_written_once
                BEFORE UPDATE OR DELETE ON certification_outlierreview
                FOR EACH ROW EXECUTE FUNCTION outlier_review_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
    ]
