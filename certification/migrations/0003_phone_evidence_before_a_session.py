"""What came before its session is of it, once coordination lets it count."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certification", "0002_rules")]

    operations = [
        migrations.RunSQL(
            """
            CREATE OR REPLACE FUNCTION evidence_never_changes() RETURNS trigger AS $$
            DECLARE
                free text[] := CASE WHEN OLD.session_id IS NULL AND NEW.counts
                    THEN ARRAY['counts', 'session_id'] ELSE ARRAY['counts'] END;
            BEGIN
                IF OLD.counts OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
                    RAISE EXCEPTION 'evidence never changes'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            """,
            migrations.RunSQL.noop,
        ),
    ]
