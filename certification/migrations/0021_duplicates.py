"""Duplicates are printed by the worker that signs, with the seal."""

import django.db.models.deletion
from django.db import migrations, models

import genesis.lib.storage


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0020_outliers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work_state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("dead", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=100)),
                (
                    "pdf",
                    models.FileField(
                        blank=True,
                        storage=genesis.lib.storage.private,
                        upload_to="duplicates",
                        verbose_name="duplicate as PDF",
                    ),
                ),
                ("pdf_sha256", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicate",
                        to="certification.certificateevent",
                    ),
                ),
            ],
            options={
                "verbose_name": "duplicate of a certificate",
                "verbose_name_plural": "duplicates of certificates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at", None), ("pdf", ""), ("pdf_sha256", "")),
                            models.Q(
                                models.Q(("pdf", ""), _negated=True),
                                models.Q(("pdf_sha256", ""), _negated=True),
                                ("made_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="duplicate_pdf_has_its_digest",
                    )
                ],
            },
        ),
    ]
