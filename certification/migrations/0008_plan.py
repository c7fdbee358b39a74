"""A plan says when its session may begin and when the result is explained; signed, it stays."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0007_session"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="begins_since",
            field=models.DateField(null=True, verbose_name="first day on which it may begin"),
        ),
        migrations.AddField(
            model_name="plan",
            name="begins_until",
            field=models.DateField(null=True, verbose_name="last day on which it may begin"),
        ),
        migrations.AddField(
            model_name="plan",
            name="closes_at",
            field=models.TimeField(null=True, verbose_name="latest hour"),
        ),
        migrations.AddField(
            model_name="plan",
            name="opens_at",
            field=models.TimeField(null=True, verbose_name="earliest hour"),
        ),
        migrations.AddField(
            model_name="plan",
            name="results_at",
            field=models.TimeField(null=True, verbose_name="hour at which the result is explained"),
        ),
        migrations.AddField(
            model_name="plan",
            name="results_on",
            field=models.DateField(null=True, verbose_name="day on which the result is explained"),
        ),
        migrations.AddField(
            model_name="plan",
            name="results_place",
            field=models.CharField(
                blank=True, max_length=200, verbose_name="place where the result is explained"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("begins_since", None), ("begins_until", None)),
                    models.Q(
                        ("begins_since__isnull", False),
                        ("begins_since__lte", models.F("scheduled_for")),
                        ("begins_until__gte", models.F("scheduled_for")),
                        ("begins_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="plan_day_lies_in_its_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_at", None), ("opens_at", None)),
                    models.Q(
                        ("closes_at__gte", models.F("scheduled_at")),
                        ("closes_at__isnull", False),
                        ("opens_at__isnull", False),
                        ("opens_at__lte", models.F("scheduled_at")),
                    ),
                    _connector="OR",
                ),
                name="plan_hour_lies_in_its_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("results_at", None), ("results_on", None), ("results_place", "")),
                    models.Q(
                        ("results_on__gte", models.F("scheduled_for")),
                        ("results_on__isnull", False),
                        models.Q(("results_place", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="plan_results_are_explained_somewhere_after_the_day",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION signed_plan_never_changes() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM certification_signature WHERE plan_id = OLD.id) THEN
                    RAISE EXCEPTION 'a plan that was signed never changes (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER signed_plan_never_changes
                BEFORE UPDATE OR DELETE ON certification_plan
                FOR EACH ROW EXECUTE FUNCTION signed_plan_never_changes();
            """,
            migrations.RunSQL.noop,
        ),
    ]
