"""Published versions that are faulty are retired, for a reason; nobody begins with them (CERT-2)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0009_shelter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StandardRetirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
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
                    "standard_version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retirement",
                        to="certification.standardversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "retirement of a standard",
                "verbose_name_plural": "retirements of standards",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="standard_retirement_has_a_reason",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION retirement_is_written_once() RETURNS trigger AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    RAISE EXCEPTION 'a retirement is written once (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NOT EXISTS (SELECT 1 FROM certification_standardversion
                               WHERE id = NEW.standard_version_id AND state = 'retired') THEN
                    RAISE EXCEPTION 'only what is retired has a retirement (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER retirement_is_written_once
                BEFORE INSERT OR UPDATE OR DELETE ON certification_standardretirement
                FOR EACH ROW EXECUTE FUNCTION retirement_is_written_once();

            CREATE FUNCTION nobody_begins_with_what_was_retired() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM certification_standardretirement
                           WHERE standard_version_id = NEW.standard_version_id) THEN
                    RAISE EXCEPTION 'nobody begins with a version that was retired (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER nobody_begins_with_what_was_retired
                BEFORE INSERT ON certification_assessment
                FOR EACH ROW EXECUTE FUNCTION nobody_begins_with_what_was_retired();
            """,
            migrations.RunSQL.noop,
        ),
    ]
