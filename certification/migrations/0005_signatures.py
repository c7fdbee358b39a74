"""The candidate signs plan and result with her own hand; the database asks for it (CERT-7)."""

import uuid

import django.db.models.deletion
from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models

import genesis.lib.storage


class Migration(migrations.Migration):
    dependencies = [("certification", "0004_phone_keys")]

    operations = [
        migrations.AddField(
            model_name="signature",
            name="public_id",
            field=models.UUIDField(db_default=RandomUUID(), editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name="signature",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="signature",
            name="plan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="certification.plan",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="judgement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="certification.judgement",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="file",
            field=models.FileField(
                blank=True,
                storage=genesis.lib.storage.private,
                upload_to="",
                verbose_name="signature",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="signature",
            name="kept_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="signature",
            name="unsigned_because",
            field=models.CharField(blank=True, max_length=300, verbose_name="why it is not signed"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("file", ""), ("kept_sha256", ""), ("sha256", "")),
                    models.Q(
                        ("kept_sha256__regex", "^[0-9a-f]{64}$"),
                        ("sha256__regex", "^[0-9a-f]{64}$"),
                    ),
                    _connector="OR",
                ),
                name="signature_by_hand_has_its_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unsigned_because", ""),
                    models.Q(("agrees", False), ("kind", "result"), ("sha256", "")),
                    _connector="OR",
                ),
                name="signature_lacks_only_of_a_result_nobody_agrees_with",
            ),
        ),
        migrations.RunSQL(
            """
            -- Who signs signs something: the plan that stands, or the judgement in force.
            CREATE FUNCTION signature_is_of_what_stands() RETURNS trigger AS $$
            BEGIN
                IF NEW.kind IN ('plan_candidate', 'plan_evaluator') AND NOT EXISTS (
                        SELECT 1 FROM certification_plan plan
                        WHERE plan.id = NEW.plan_id AND plan.assessment_id = NEW.assessment_id
                            AND plan.number = (SELECT max(number) FROM certification_plan
                                               WHERE assessment_id = NEW.assessment_id)
                            AND (NEW.kind = 'plan_candidate'
                                 OR plan.evaluator_id = NEW.recorded_by_id)) THEN
                    RAISE EXCEPTION 'the plan that stands is signed, by its own evaluator'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.kind = 'result' AND NOT EXISTS (
                        SELECT 1 FROM certification_judgement judgement
                        WHERE judgement.id = NEW.judgement_id
                            AND judgement.assessment_id = NEW.assessment_id
                            AND judgement.archived_at IS NULL) THEN
                    RAISE EXCEPTION 'the judgement in force is signed'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.kind IN ('plan_candidate', 'result') AND NEW.file = ''
                    AND NEW.unsigned_because = '' THEN
                    RAISE EXCEPTION 'the candidate signs with her own hand (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER signature_is_of_what_stands BEFORE INSERT ON certification_signature
                FOR EACH ROW EXECUTE FUNCTION signature_is_of_what_stands();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- It is cleared once; the name and the picture alone go, when somebody is erased.
            CREATE FUNCTION signature_is_only_cleared() RETURNS trigger AS $$
            DECLARE
                told text[] := ARRAY['name', 'file', 'unsigned_because'];
            BEGIN
                IF TG_OP = 'DELETE'
                    OR to_jsonb(NEW) - told - 'cleared_at' <> to_jsonb(OLD) - told - 'cleared_at'
                    OR (OLD.cleared_at IS NOT NULL
                        AND NEW.cleared_at IS DISTINCT FROM OLD.cleared_at)
                    OR NOT (NEW.name IN ('', '–', OLD.name) AND NEW.file IN ('', OLD.file)
                            AND NEW.unsigned_because IN ('', '–', OLD.unsigned_because)) THEN
                    RAISE EXCEPTION 'what was signed never changes (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER signature_is_only_cleared
                BEFORE UPDATE OR DELETE ON certification_signature
                FOR EACH ROW EXECUTE FUNCTION signature_is_only_cleared();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE OR REPLACE FUNCTION judged_keeps_its_signatures() RETURNS trigger AS $$
            BEGIN
                IF NEW.cleared_at IS DISTINCT FROM OLD.cleared_at THEN
                    PERFORM refuse_after_the_judgement(OLD.assessment_id);
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION plan_is_agreed_by_two() RETURNS trigger AS $$
            BEGIN
                IF (SELECT count(DISTINCT signature.kind)
                    FROM certification_signature signature
                    JOIN certification_plan plan ON plan.id = signature.plan_id
                    WHERE signature.assessment_id = NEW.id AND signature.cleared_at IS NULL
                        AND signature.kind IN ('plan_candidate', 'plan_evaluator')
                        AND plan.number = (SELECT max(number) FROM certification_plan
                                           WHERE assessment_id = NEW.id)) < 2 THEN
                    RAISE EXCEPTION 'candidate and evaluator sign the plan that they agree on'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER plan_is_agreed_by_two
                BEFORE UPDATE OF state ON certification_assessment
                FOR EACH ROW WHEN (NEW.state = 'plan_agreed' AND OLD.state <> 'plan_agreed')
                EXECUTE FUNCTION plan_is_agreed_by_two();
            CREATE FUNCTION result_is_acknowledged() RETURNS trigger AS $$
            BEGIN
                IF NOT EXISTS (
                        SELECT 1 FROM certification_signature signature
                        JOIN certification_judgement judgement
                            ON judgement.id = signature.judgement_id
                        WHERE signature.assessment_id = NEW.id AND signature.kind = 'result'
                            AND signature.cleared_at IS NULL AND judgement.archived_at IS NULL) THEN
                    RAISE EXCEPTION 'the candidate signs the result, or it is said why not'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER result_is_acknowledged
                BEFORE UPDATE OF state ON certification_assessment
                FOR EACH ROW WHEN (NEW.state = 'in_verification' AND OLD.state = 'judged')
                EXECUTE FUNCTION result_is_acknowledged();
            """,
            migrations.RunSQL.noop,
        ),
    ]
