"""What somebody suspended, another person lets hold again (SEC-13)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certification", "0010_retirement")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION somebody_else_lifts_a_suspension() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'somebody else lifts a suspension (SEC-13)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            DO $$
            DECLARE part text;
            BEGIN
                FOREACH part IN ARRAY ARRAY['centreaccreditation', 'evaluatoraccreditation'] LOOP
                    EXECUTE format('CREATE TRIGGER somebody_else_lifts_a_suspension
                        BEFORE UPDATE ON certification_%s
                        FOR EACH ROW WHEN (OLD.state = ''suspended'' AND NEW.state = ''accredited''
                            AND NEW.state_by_id = OLD.state_by_id)
                        EXECUTE FUNCTION somebody_else_lifts_a_suspension()', part);
                END LOOP;
            END $$;
            """,
            migrations.RunSQL.noop,
        )
    ]
