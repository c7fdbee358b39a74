"""How often each certificate was checked, by day alone; duplicates of a paper are on record."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0014_paper"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VerificationCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("times", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="certificateevent",
            name="certificate_event_kind_is_known",
        ),
        migrations.AlterField(
            model_name="certificateevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("suspended", "Suspended"),
                    ("lifted", "Suspension lifted"),
                    ("proposed", "Revocation proposed"),
                    ("rejected", "Revocation not approved"),
                    ("revoked", "Revoked"),
                    ("replaced", "Replaced by another"),
                    ("duplicate", "Duplicate printed"),
                    ("lookup", "What the public check shows was changed"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="certificateevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "suspended",
                            "lifted",
                            "proposed",
                            "rejected",
                            "revoked",
                            "replaced",
                            "duplicate",
                            "lookup",
                        ],
                    )
                ),
                name="certificate_event_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="verificationcount",
            name="certificate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checks",
                to="certification.certificate",
            ),
        ),
        migrations.AddConstraint(
            model_name="verificationcount",
            constraint=models.UniqueConstraint(
                fields=("certificate", "day"), name="verification_count_one_per_certificate_and_day"
            ),
        ),
    ]
