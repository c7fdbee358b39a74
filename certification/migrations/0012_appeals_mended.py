import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0011_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="sampling",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="samplings",
                to="certification.assessment",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampling",
            constraint=models.UniqueConstraint(
                fields=("assessment", "evaluator"),
                name="sampling_one_per_assessment_and_evaluator",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION act_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'what was verified or decided is written once (CERT-5)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;

            CREATE TRIGGER act_is_written_once
                BEFORE UPDATE OR DELETE ON certification_verification
                FOR EACH ROW EXECUTE FUNCTION act_is_written_once();

            CREATE TRIGGER act_is_written_once
                BEFORE UPDATE OR DELETE ON certification_decision
                FOR EACH ROW EXECUTE FUNCTION act_is_written_once();

            -- Whoever verified or decided what an appeal took back does it no more (CERT-5),
            -- and a result is not undone by leaving (CERT-20).
            CREATE FUNCTION what_was_decided_is_done_anew() RETURNS trigger AS $$
            DECLARE
                until timestamptz;
                named bigint[] := ARRAY[
                    CASE WHEN NEW.verifier_id IS DISTINCT FROM OLD.verifier_id
                        THEN NEW.verifier_id END,
                    CASE WHEN NEW.officer_id IS DISTINCT FROM OLD.officer_id
                        THEN NEW.officer_id END];
            BEGIN
                SELECT max(resolved_at) INTO until FROM certification_appeal
                    WHERE assessment_id = NEW.id AND resolution IN ('revoked', 'repeat');
                IF EXISTS (SELECT 1 FROM certification_verification act
                           WHERE act.assessment_id = NEW.id AND act.at <= until
                               AND act.verifier_id = ANY (named))
                    OR EXISTS (SELECT 1 FROM certification_decision act
                               WHERE act.assessment_id = NEW.id AND act.at <= until
                                   AND act.officer_id = ANY (named)) THEN
                    RAISE EXCEPTION 'what an appeal took back is done by others (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.state IN ('withdrawn', 'cancelled') AND NEW.state <> OLD.state
                    AND EXISTS (SELECT 1 FROM certification_decision act
                                WHERE act.assessment_id = NEW.id AND act.outcome <> 'returned') THEN
                    RAISE EXCEPTION 'what was decided is not left (CERT-20)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE TRIGGER what_was_decided_is_done_anew
                BEFORE UPDATE OF state, verifier_id, officer_id ON certification_assessment
                FOR EACH ROW EXECUTE FUNCTION what_was_decided_is_done_anew();

            -- Which suspensions an appeal made: those of its own transaction.
            ALTER TABLE certification_certificateevent
                DISABLE TRIGGER certificate_event_is_written_once;
            UPDATE certification_certificateevent event SET reason = 'apelacion'
                FROM certification_certificate certificate
                JOIN certification_appeal appeal
                    ON appeal.assessment_id = certificate.assessment_id
                WHERE certificate.id = event.certificate_id AND event.kind = 'suspended'
                    AND event.reason = '' AND appeal.resolution IN ('revoked', 'repeat')
                    AND event.by_id = appeal.resolved_by_id
                    AND event.at BETWEEN appeal.resolved_at
                        AND appeal.resolved_at + interval '10 seconds';
            ALTER TABLE certification_certificateevent
                ENABLE TRIGGER certificate_event_is_written_once;
            """,
            migrations.RunSQL.noop,
        ),
    ]
