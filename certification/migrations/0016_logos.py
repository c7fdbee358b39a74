"""Certificates are printed with the logo of who certifies, and name who funds them."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import genesis.lib.storage


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("certification", "0015_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="donors",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.CreateModel(
            name="Logo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file", models.FileField(storage=genesis.lib.storage.private, upload_to="")),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logos",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "logo",
                "verbose_name_plural": "logos",
            },
        ),
        migrations.AddField(
            model_name="certificate",
            name="body_logo",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="certification.logo",
            ),
        ),
        migrations.AddConstraint(
            model_name="logo",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("organization",),
                name="logo_one_in_use_per_organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="logo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="logo_ended_by_somebody_at_some_time",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION logo_only_ends() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
                    OR to_jsonb(NEW) - ARRAY['ended_at', 'ended_by_id']
                        <> to_jsonb(OLD) - ARRAY['ended_at', 'ended_by_id'] THEN
                    RAISE EXCEPTION 'the logo of a certificate never changes (CERT-15)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER logo_only_ends
                BEFORE UPDATE OR DELETE ON certification_logo
                FOR EACH ROW EXECUTE FUNCTION logo_only_ends();
            """,
            migrations.RunSQL.noop,
        ),
    ]
