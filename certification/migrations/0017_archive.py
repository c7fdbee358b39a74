"""What each year leaves behind, signed."""

import django.db.models.deletion
from django.db import migrations, models

import genesis.lib.storage


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0016_logos"),
    ]

    operations = [
        migrations.CreateModel(
            name="Archive",
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
                ("year", models.PositiveSmallIntegerField(unique=True)),
                (
                    "file",
                    models.FileField(
                        blank=True, storage=genesis.lib.storage.private, upload_to="archives"
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("signed_at", models.DateTimeField(null=True)),
                (
                    "key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.signingkey",
                    ),
                ),
            ],
            options={
                "verbose_name": "yearly archive",
                "verbose_name_plural": "yearly archives",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("file", ""), ("key", None), ("sha256", ""), ("signed_at", None)
                            ),
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                                ("key__isnull", False),
                                ("signed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="archive_signed_with_a_key_at_some_time",
                    )
                ],
            },
        ),
    ]
