"""The points of safety are lines of the head of a paper too: coordination puts them right."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certification", "0017_archive")]

    operations = [
        migrations.RunSQL(
            """
            CREATE OR REPLACE FUNCTION paper_is_typed_by_others() RETURNS trigger AS $$
            DECLARE
                form certification_paperform;
                head text[] := ARRAY['identity', 'day', 'began', 'ended', 'protection', 'area',
                    'signed', 'stopped'];
                settled boolean;
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    RAISE EXCEPTION 'what was typed from paper is written once (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                SELECT * INTO form FROM certification_paperform WHERE id = NEW.form_id;
                settled := form.state IN ('agreed', 'kept', 'dropped');
                IF form.state = 'agreed' AND TG_TABLE_NAME = 'certification_papersettlement' THEN
                    IF NEW.name = ANY (head) THEN
                        settled := EXISTS (SELECT 1 FROM certification_papertyping typing
                            WHERE typing.form_id = form.id AND typing.by_id = NEW.by_id);
                    END IF;
                END IF;
                IF settled THEN
                    RAISE EXCEPTION 'this paper form is settled (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF EXISTS (SELECT 1 FROM certification_assessment a
                           WHERE a.id = form.assessment_id
                               AND NEW.by_id IN (a.verifier_id, a.officer_id))
                    OR EXISTS (SELECT 1 FROM certification_verification v
                               WHERE v.assessment_id = form.assessment_id
                                   AND v.verifier_id = NEW.by_id)
                    OR EXISTS (SELECT 1 FROM certification_decision d
                               WHERE d.assessment_id = form.assessment_id
                                   AND d.officer_id = NEW.by_id)
                    OR EXISTS (SELECT 1 FROM certification_appealseat seat
                               JOIN certification_appeal appeal ON appeal.id = seat.appeal_id
                               WHERE appeal.assessment_id = form.assessment_id
                                   AND seat.user_id = NEW.by_id) THEN
                    RAISE EXCEPTION 'who verifies or decides types nothing of it (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            """,
            migrations.RunSQL.noop,
        ),
    ]
