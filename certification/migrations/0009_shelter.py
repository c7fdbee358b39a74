"""Who came under protection after her certificate was issued is shown less of, too (CERT-19)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("beneficiaries", "0001_initial"),
        ("certification", "0008_plan"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="certificateevent",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="certificateevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("by__isnull", False),
                    models.Q(("kind", "lookup"), ("reason", "minimal")),
                    _connector="OR",
                ),
                name="certificate_event_by_somebody_or_to_show_less",
            ),
        ),
        migrations.RunSQL(
            """
            WITH shown AS (
                UPDATE certification_certificate AS certificate
                SET public_lookup = 'minimal', version = certificate.version + 1
                FROM certification_assessment AS assessment
                JOIN beneficiaries_person AS person ON person.id = assessment.person_id
                WHERE assessment.id = certificate.assessment_id
                    AND certificate.public_lookup = 'full'
                    AND certificate.status NOT IN ('idp', 'both')
                    AND (person.status IN ('idp', 'both') OR EXISTS (
                        SELECT 1 FROM beneficiaries_safetyprotocol AS protocol
                        WHERE protocol.person_id = person.id AND protocol.state <> 'off'))
                    AND NOT EXISTS (
                        SELECT 1 FROM certification_certificateevent AS event
                        WHERE event.certificate_id = certificate.id
                            AND event.kind = 'lookup' AND event.reason = 'full')
                RETURNING certificate.id)
            INSERT INTO certification_certificateevent
                (certificate_id, kind, reason, note, at, by_id)
            SELECT id, 'lookup', 'minimal', '', now(), NULL FROM shown
            """,
            migrations.RunSQL.noop,
        ),
    ]
