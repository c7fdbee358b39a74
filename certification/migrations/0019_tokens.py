"""Lists of what was revoked are served as a JWT too: those that there are, signed once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0018_safety_on_paper"),
    ]

    operations = [
        migrations.AddField(
            model_name="statuslist",
            name="token",
            field=models.TextField(blank=True),
        ),
        migrations.RunSQL(
            """
            UPDATE certification_statuslist
                SET work_state = 'waiting', attempts = 0, attempted_at = NULL, last_error = '';
            """,
            migrations.RunSQL.noop,
        ),
    ]
