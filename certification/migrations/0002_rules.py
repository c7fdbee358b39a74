"""What the database itself refuses: records that never change, and who may not act."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certification", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION published_standard_never_changes() RETURNS trigger AS $$
            DECLARE
                owners bigint[];
            BEGIN
                owners := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.standard_version_id]
                    WHEN 'DELETE' THEN ARRAY[OLD.standard_version_id]
                    ELSE ARRAY[OLD.standard_version_id, NEW.standard_version_id] END;
                IF EXISTS (SELECT 1 FROM certification_standardversion
                           WHERE id = ANY (owners) AND state <> 'draft') THEN
                    RAISE EXCEPTION 'a published standard never changes (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$ LANGUAGE plpgsql;
            DO $$
            DECLARE part text;
            BEGIN
                FOREACH part IN ARRAY ARRAY['unit', 'element', 'criterion', 'knowledge',
                    'instrument', 'item', 'answerkey', 'diagnosticquestion', 'diagnosticband',
                    'equipment'] LOOP
                    EXECUTE format('CREATE TRIGGER published_standard_never_changes
                        BEFORE INSERT OR UPDATE OR DELETE ON certification_%s
                        FOR EACH ROW EXECUTE FUNCTION published_standard_never_changes()', part);
                END LOOP;
            END $$;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION observation_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'an observation is written once'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER observation_is_written_once
                BEFORE UPDATE OR DELETE ON certification_observation
                FOR EACH ROW EXECUTE FUNCTION observation_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION stopped_session_takes_no_answer() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM certification_assessmentsession session
                           JOIN certification_assessment assessment
                               ON assessment.id = session.assessment_id
                           WHERE session.id = NEW.session_id
                               AND assessment.stopped_at IS NOT NULL) THEN
                    RAISE EXCEPTION 'a session stopped for safety takes no answer (CERT-10)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER stopped_session_takes_no_answer
                BEFORE INSERT ON certification_observation
                FOR EACH ROW EXECUTE FUNCTION stopped_session_takes_no_answer();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION judgement_is_only_archived() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.archived_at IS NOT NULL
                    OR to_jsonb(NEW) - 'archived_at' <> to_jsonb(OLD) - 'archived_at' THEN
                    RAISE EXCEPTION 'a signed judgement never changes (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judgement_is_only_archived
                BEFORE UPDATE OR DELETE ON certification_judgement
                FOR EACH ROW EXECUTE FUNCTION judgement_is_only_archived();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- What may follow the issue: how it stands, and what the public sees of it. The file,
            -- the credential and its key come once, together.
            CREATE FUNCTION certificate_stays_as_issued() RETURNS trigger AS $$
            DECLARE
                free text[] := ARRAY['state', 'revoked_at', 'version', 'public_lookup',
                    'work_state', 'attempts', 'attempted_at', 'last_error'];
                later text[] := ARRAY['pdf', 'pdf_sha256', 'rendered_at', 'template_version',
                    'credential', 'credential_sha256', 'key_id'];
            BEGIN
                IF TG_OP = 'DELETE'
                    OR (to_jsonb(NEW) - free - later) <> (to_jsonb(OLD) - free - later)
                    OR (OLD.pdf_sha256 <> '' AND (to_jsonb(NEW) - free) <> (to_jsonb(OLD) - free))
                THEN
                    RAISE EXCEPTION 'an issued certificate never changes (CERT-15)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF OLD.state IN ('revoked', 'replaced') AND NEW.state <> OLD.state THEN
                    RAISE EXCEPTION 'a certificate that has ended never holds again'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER certificate_stays_as_issued
                BEFORE UPDATE OR DELETE ON certification_certificate
                FOR EACH ROW EXECUTE FUNCTION certificate_stays_as_issued();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION draw_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'a draw is written once (CERT-12)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER draw_is_written_once BEFORE UPDATE OR DELETE ON certification_draw
                FOR EACH ROW EXECUTE FUNCTION draw_is_written_once();
            CREATE TRIGGER draw_is_written_once BEFORE UPDATE OR DELETE ON certification_sampling
                FOR EACH ROW EXECUTE FUNCTION draw_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION accreditation_record_is_kept() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'what was accredited is never deleted (CERT-16)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            DO $$
            DECLARE kept text;
            BEGIN
                FOREACH kept IN ARRAY ARRAY['centreaccreditation', 'correctiveaction',
                    'evaluator', 'evaluatoraccreditation', 'evaluatorcentre'] LOOP
                    EXECUTE format('CREATE TRIGGER accreditation_record_is_kept
                        BEFORE DELETE ON certification_%s
                        FOR EACH ROW EXECUTE FUNCTION accreditation_record_is_kept()', kept);
                END LOOP;
            END $$;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION visit_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'what a visit found is written once (CERT-16)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER visit_is_written_once
                BEFORE UPDATE OR DELETE ON certification_accreditationvisit
                FOR EACH ROW EXECUTE FUNCTION visit_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION correction_is_only_closed() RETURNS trigger AS $$
            DECLARE
                free text[] := ARRAY['version', 'closed_on', 'closed_by_id', 'proof'];
            BEGIN
                IF OLD.closed_on IS NOT NULL
                    OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
                    RAISE EXCEPTION 'a corrective action is closed once, and never changed'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER correction_is_only_closed
                BEFORE UPDATE ON certification_correctiveaction
                FOR EACH ROW EXECUTE FUNCTION correction_is_only_closed();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION accreditation_follows_a_favourable_visit() RETURNS trigger AS $$
            DECLARE
                found text;
            BEGIN
                IF NEW.state <> 'accredited'
                    OR (TG_OP = 'UPDATE' AND OLD.state IN ('accredited', 'suspended')) THEN
                    RETURN NEW;
                END IF;
                SELECT outcome INTO found FROM certification_accreditationvisit
                    WHERE accreditation_id = NEW.id AND kind IN ('initial', 'renewal')
                    ORDER BY "on" DESC, id DESC LIMIT 1;
                IF found IS DISTINCT FROM 'favourable' THEN
                    RAISE EXCEPTION 'accredited without a favourable visit (CERT-16)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF EXISTS (SELECT 1 FROM certification_correctiveaction
                           WHERE closed_on IS NULL AND accreditation_id IN (
                               SELECT id FROM certification_centreaccreditation
                               WHERE centre_id = NEW.centre_id
                                   AND standard_id = NEW.standard_id)
                               AND due_on < current_date - 1) THEN  -- days differ by place
                    RAISE EXCEPTION 'accredited with an overdue corrective action (CERT-16)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER accreditation_follows_a_favourable_visit
                BEFORE INSERT OR UPDATE ON certification_centreaccreditation
                FOR EACH ROW EXECUTE FUNCTION accreditation_follows_a_favourable_visit();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION granted_days_never_change() RETURNS trigger AS $$
            DECLARE
                free text[] := ARRAY['version', 'state', 'state_since', 'state_by_id', 'reason'];
            BEGIN
                IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
                    RAISE EXCEPTION 'what an accreditation granted never changes (CERT-16)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER granted_days_never_change
                BEFORE UPDATE ON certification_centreaccreditation
                FOR EACH ROW WHEN (OLD.granted_at IS NOT NULL)
                EXECUTE FUNCTION granted_days_never_change();
            CREATE TRIGGER granted_days_never_change
                BEFORE UPDATE ON certification_evaluatoraccreditation
                FOR EACH ROW WHEN (OLD.valid_from IS NOT NULL)
                EXECUTE FUNCTION granted_days_never_change();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION receipt_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'a receipt is written once'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER receipt_is_written_once
                BEFORE UPDATE OR DELETE ON certification_receipt
                FOR EACH ROW EXECUTE FUNCTION receipt_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION conflict_is_settled_once() RETURNS trigger AS $$
            DECLARE
                free text[] := ARRAY['settled_at', 'settled_by_id', 'settlement', 'reason'];
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.settled_at IS NOT NULL
                    OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
                    RAISE EXCEPTION 'a conflict is settled once, and never changes'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER conflict_is_settled_once
                BEFORE UPDATE OR DELETE ON certification_conflict
                FOR EACH ROW EXECUTE FUNCTION conflict_is_settled_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION certificate_event_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'what was done with a certificate is written once'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER certificate_event_is_written_once
                BEFORE UPDATE OR DELETE ON certification_certificateevent
                FOR EACH ROW EXECUTE FUNCTION certificate_event_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION revocation_is_decided_once() RETURNS trigger AS $$
            DECLARE
                answer text[] := ARRAY['state', 'version', 'decided_by_id', 'decided_at', 'answer'];
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.state <> 'waiting'
                    OR (to_jsonb(NEW) - answer) <> (to_jsonb(OLD) - answer)
                THEN
                    RAISE EXCEPTION 'a proposal to revoke is decided once'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER revocation_is_decided_once
                BEFORE UPDATE OR DELETE ON certification_revocation
                FOR EACH ROW EXECUTE FUNCTION revocation_is_decided_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION signing_key_stays_as_it_ended() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR NEW.public <> OLD.public
                    OR (OLD.state = 'compromised' AND NEW.state <> OLD.state)
                THEN
                    RAISE EXCEPTION 'a key that was given away is never trusted again'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER signing_key_stays_as_it_ended
                BEFORE UPDATE OR DELETE ON certification_signingkey
                FOR EACH ROW EXECUTE FUNCTION signing_key_stays_as_it_ended();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- Nobody resolves an appeal against what they did themselves (CERT-5) …
            CREATE FUNCTION appeal_is_resolved_by_others() RETURNS trigger AS $$
            DECLARE
                appeal certification_appeal;
            BEGIN
                SELECT * INTO appeal FROM certification_appeal
                    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.appeal_id ELSE NEW.appeal_id END;
                IF TG_OP = 'UPDATE' OR appeal.resolved_at IS NOT NULL THEN
                    RAISE EXCEPTION 'who resolved an appeal stays as it was'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF TG_OP = 'INSERT' AND acts_in_assessment(appeal.assessment_id, NEW.user_id) THEN
                    RAISE EXCEPTION 'who acted in an assessment resolves no appeal of it (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER appeal_is_resolved_by_others
                BEFORE INSERT OR UPDATE OR DELETE ON certification_appealseat
                FOR EACH ROW EXECUTE FUNCTION appeal_is_resolved_by_others();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- … nor acts in the assessment after having resolved one; and another evaluator
            -- repeats it.
            CREATE FUNCTION panel_takes_no_other_part() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM certification_appealseat seat
                           JOIN certification_appeal appeal ON appeal.id = seat.appeal_id
                           WHERE appeal.assessment_id = NEW.id AND seat.user_id
                               IN (NEW.evaluator_id, NEW.verifier_id, NEW.officer_id)) THEN
                    RAISE EXCEPTION 'who resolves an appeal takes no other part (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.evaluator_id IS DISTINCT FROM OLD.evaluator_id
                    AND EXISTS (SELECT 1 FROM certification_judgement judgement
                                WHERE judgement.assessment_id = NEW.id
                                    AND judgement.signed_by_id = NEW.evaluator_id)
                    OR OLD.state = 'in_appeal' AND NEW.state = 'planned'
                        AND NEW.evaluator_id = OLD.evaluator_id THEN
                    RAISE EXCEPTION 'another evaluator repeats an assessment (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER panel_takes_no_other_part
                BEFORE UPDATE OF state, evaluator_id, verifier_id, officer_id
                ON certification_assessment
                FOR EACH ROW EXECUTE FUNCTION panel_takes_no_other_part();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION appeal_is_resolved_once() RETURNS trigger AS $$
            DECLARE
                answer text[] := ARRAY['version', 'resolution', 'reasons', 'resolved_at',
                    'resolved_by_id'];
            BEGIN
                IF TG_OP = 'DELETE' OR OLD.resolved_at IS NOT NULL
                    OR to_jsonb(NEW) - answer <> to_jsonb(OLD) - answer THEN
                    RAISE EXCEPTION 'an appeal is resolved once, and never changes'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.resolved_at IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM certification_appealseat seat
                        WHERE seat.appeal_id = NEW.id AND seat.user_id = NEW.resolved_by_id) THEN
                    RAISE EXCEPTION 'an appeal is resolved by one of its panel (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER appeal_is_resolved_once
                BEFORE UPDATE OR DELETE ON certification_appeal
                FOR EACH ROW EXECUTE FUNCTION appeal_is_resolved_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION minutes_are_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'the minutes of a sitting are written once'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER minutes_are_written_once
                BEFORE UPDATE OR DELETE ON certification_decisionbatch
                FOR EACH ROW EXECUTE FUNCTION minutes_are_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION published_version_is_only_retired() RETURNS trigger AS $$
            DECLARE
                free text[] := ARRAY['state', 'ends_on'];
            BEGIN
                IF OLD.state <> 'draft' AND (TG_OP = 'DELETE'
                    OR (to_jsonb(NEW) - free) <> (to_jsonb(OLD) - free)
                    OR NEW.state NOT IN (OLD.state, 'retired')
                    OR coalesce(NEW.ends_on, 'infinity') > coalesce(OLD.ends_on, 'infinity')) THEN
                    RAISE EXCEPTION 'a published standard never changes (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER published_version_is_only_retired
                BEFORE UPDATE OR DELETE ON certification_standardversion
                FOR EACH ROW EXECUTE FUNCTION published_version_is_only_retired();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION draft_changes_while_it_is_written() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    IF NEW.state <> 'draft' OR NEW.round <> 0 THEN
                        RAISE EXCEPTION 'a standard begins as a draft (CERT-2)'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                END IF;
                IF TG_OP = 'DELETE' OR OLD.state IN ('published', 'dropped') THEN
                    RAISE EXCEPTION 'a draft that has ended never changes (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF OLD.state <> 'draft' AND (OLD.document <> NEW.document OR OLD.title <> NEW.title
                    OR OLD.code <> NEW.code OR OLD.number <> NEW.number
                    OR OLD.round <> NEW.round) THEN
                    RAISE EXCEPTION 'what a committee looks at does not change (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.round < OLD.round
                    OR OLD.state = 'draft' AND NEW.state = 'in_review' AND NEW.round = OLD.round
                THEN
                    RAISE EXCEPTION 'a committee is asked anew each time (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.state = 'published' AND (OLD.state <> 'in_review' OR (
                    SELECT count(*) FROM certification_draftapproval approval
                    JOIN certification_standardversion version
                        ON version.id = NEW.published_as_id
                        AND version.source_sha256 = approval.digest
                    WHERE approval.draft_id = NEW.id AND approval.round = NEW.round) < 2) THEN
                    RAISE EXCEPTION 'two approve what is published (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER draft_changes_while_it_is_written
                BEFORE INSERT OR UPDATE OR DELETE ON certification_standarddraft
                FOR EACH ROW EXECUTE FUNCTION draft_changes_while_it_is_written();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION draft_keys_change_while_it_is_written() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'DELETE' OR NEW.draft_id <> OLD.draft_id OR EXISTS (
                    SELECT 1 FROM certification_standarddraft
                    WHERE id = OLD.draft_id AND state <> 'draft') THEN
                    RAISE EXCEPTION 'what a committee looks at does not change (CERT-2)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER draft_keys_change_while_it_is_written
                BEFORE UPDATE OR DELETE ON certification_draftkeys
                FOR EACH ROW EXECUTE FUNCTION draft_keys_change_while_it_is_written();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION draft_record_is_written_once() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'who wrote and who approved stays as it was (CERT-2)'
                    USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER draft_author_is_written_once
                BEFORE UPDATE OR DELETE ON certification_draftauthor
                FOR EACH ROW EXECUTE FUNCTION draft_record_is_written_once();
            CREATE TRIGGER draft_approval_is_written_once
                BEFORE UPDATE OR DELETE ON certification_draftapproval
                FOR EACH ROW EXECUTE FUNCTION draft_record_is_written_once();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION draft_is_approved_by_others() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM certification_draftauthor
                           WHERE draft_id = NEW.draft_id AND user_id = NEW.by_id)
                    OR NOT EXISTS (SELECT 1 FROM certification_standarddraft
                           WHERE id = NEW.draft_id AND state = 'in_review' AND round = NEW.round)
                THEN
                    RAISE EXCEPTION 'a draft is approved by others than who wrote it (SEC-13)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER draft_is_approved_by_others
                BEFORE INSERT ON certification_draftapproval
                FOR EACH ROW EXECUTE FUNCTION draft_is_approved_by_others();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION evidence_never_changes() RETURNS trigger AS $$
            BEGIN
                IF OLD.counts OR to_jsonb(NEW) - 'counts' <> to_jsonb(OLD) - 'counts' THEN
                    RAISE EXCEPTION 'evidence never changes'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER evidence_never_changes
                BEFORE UPDATE ON certification_evidence
                FOR EACH ROW EXECUTE FUNCTION evidence_never_changes();
            """,
            migrations.RunSQL.noop,
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
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
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
                                WHERE act.assessment_id = NEW.id AND act.outcome <> 'returned')
                    -- What was annulled and is repeated, and has not begun again.
                    AND (OLD.state NOT IN ('planned', 'plan_agreed')
                        OR EXISTS (SELECT 1 FROM certification_assessmentsession held
                                   WHERE held.assessment_id = NEW.id
                                       AND held.annulled_at IS NULL)) THEN
                    RAISE EXCEPTION 'what was decided is not left (CERT-20)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER what_was_decided_is_done_anew
                BEFORE UPDATE OF state, verifier_id, officer_id ON certification_assessment
                FOR EACH ROW EXECUTE FUNCTION what_was_decided_is_done_anew();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- Who typed what stands on paper: nobody who verifies, decides or judges an appeal.
            CREATE FUNCTION typed_in_assessment(assessment bigint, who bigint)
                RETURNS boolean AS $$
                SELECT EXISTS (SELECT 1 FROM certification_papertyping typing
                        JOIN certification_paperform form ON form.id = typing.form_id
                        WHERE form.assessment_id = assessment AND typing.by_id = who)
                    OR EXISTS (SELECT 1 FROM certification_papersettlement settlement
                        JOIN certification_paperform form ON form.id = settlement.form_id
                        WHERE form.assessment_id = assessment AND settlement.by_id = who)
            $$ LANGUAGE sql STABLE;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION acts_in_assessment(assessment bigint, who bigint)
                RETURNS boolean AS $$
                SELECT EXISTS (SELECT 1 FROM certification_assessment a WHERE a.id = assessment
                        AND who IN (a.evaluator_id, a.verifier_id, a.officer_id))
                    OR EXISTS (SELECT 1 FROM certification_judgement j
                        WHERE j.assessment_id = assessment AND j.signed_by_id = who)
                    OR EXISTS (SELECT 1 FROM certification_verification v
                        WHERE v.assessment_id = assessment AND v.verifier_id = who)
                    OR EXISTS (SELECT 1 FROM certification_decision d
                        WHERE d.assessment_id = assessment AND d.officer_id = who)
                    OR typed_in_assessment(assessment, who)
            $$ LANGUAGE sql STABLE;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION paper_is_typed_by_others() RETURNS trigger AS $$
            DECLARE
                form certification_paperform;
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    RAISE EXCEPTION 'what was typed from paper is written once (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                SELECT * INTO form FROM certification_paperform WHERE id = NEW.form_id;
                IF form.state IN ('agreed', 'kept', 'dropped') THEN
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
            CREATE TRIGGER paper_is_typed_by_others
                BEFORE INSERT OR UPDATE OR DELETE ON certification_papertyping
                FOR EACH ROW EXECUTE FUNCTION paper_is_typed_by_others();
            CREATE TRIGGER paper_is_typed_by_others
                BEFORE INSERT OR UPDATE OR DELETE ON certification_papersettlement
                FOR EACH ROW EXECUTE FUNCTION paper_is_typed_by_others();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION transcriber_takes_no_other_part() RETURNS trigger AS $$
            BEGIN
                IF NEW.verifier_id IS DISTINCT FROM OLD.verifier_id
                        AND typed_in_assessment(NEW.id, NEW.verifier_id)
                    OR NEW.officer_id IS DISTINCT FROM OLD.officer_id
                        AND typed_in_assessment(NEW.id, NEW.officer_id) THEN
                    RAISE EXCEPTION 'who typed its paper neither verifies nor decides (CERT-5)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER transcriber_takes_no_other_part
                BEFORE UPDATE OF verifier_id, officer_id ON certification_assessment
                FOR EACH ROW EXECUTE FUNCTION transcriber_takes_no_other_part();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- A form belongs to one assessment and evaluator; two people type it before it is
            -- settled, and what was kept or set aside stays so.
            CREATE FUNCTION paper_form_is_typed_by_two() RETURNS trigger AS $$
            DECLARE
                fixed text[] := ARRAY['id', 'public_id', 'assessment_id', 'number',
                    'evaluator_id', 'asked_at', 'asked_by_id'];
                printing text[] := ARRAY['file', 'sha256', 'erased_at', 'work_state',
                    'attempts', 'attempted_at', 'last_error'];
                name text;
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    RAISE EXCEPTION 'a paper form stays on record'
                        USING ERRCODE = 'check_violation';
                END IF;
                FOREACH name IN ARRAY fixed LOOP
                    IF to_jsonb(NEW) -> name <> to_jsonb(OLD) -> name THEN
                        RAISE EXCEPTION 'a paper form belongs to one assessment and evaluator'
                            USING ERRCODE = 'check_violation';
                    END IF;
                END LOOP;
                IF OLD.state IN ('kept', 'dropped')
                    AND to_jsonb(NEW) - printing <> to_jsonb(OLD) - printing THEN
                    RAISE EXCEPTION 'what was kept of a paper form stays so (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                IF NEW.state IN ('differs', 'agreed', 'kept') AND NEW.state <> OLD.state
                    AND (SELECT count(DISTINCT by_id) FROM certification_papertyping
                         WHERE form_id = NEW.id) < 2 THEN
                    RAISE EXCEPTION 'two people type a paper form (CERT-12)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER paper_form_is_typed_by_two
                BEFORE UPDATE OR DELETE ON certification_paperform
                FOR EACH ROW EXECUTE FUNCTION paper_form_is_typed_by_two();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- What is typed into one form is kept in its assessment, and once both agree.
            CREATE FUNCTION observation_on_paper_was_agreed() RETURNS trigger AS $$
            BEGIN
                IF NEW.paper_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM certification_paperform form
                        JOIN certification_assessmentsession session
                            ON session.id = NEW.session_id
                        WHERE form.id = NEW.paper_id AND form.state = 'agreed'
                            AND form.assessment_id = session.assessment_id
                            AND form.public_id = NEW.device AND form.evaluator_id = NEW.by_id)
                THEN
                    RAISE EXCEPTION 'two people agree on what is kept from paper (CERT-12)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER observation_on_paper_was_agreed
                BEFORE INSERT ON certification_observation
                FOR EACH ROW EXECUTE FUNCTION observation_on_paper_was_agreed();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- What was typed from paper is looked at item by item.
            CREATE FUNCTION paper_is_verified_item_by_item() RETURNS trigger AS $$
            BEGIN
                IF NEW.why <> 'paper' AND EXISTS (
                        SELECT 1 FROM certification_paperform form
                        JOIN certification_assessmentsession session
                            ON session.id = form.session_id
                        WHERE form.assessment_id = NEW.assessment_id AND form.state = 'kept'
                            AND session.annulled_at IS NULL) THEN
                    RAISE EXCEPTION 'what was typed from paper is verified item by item (CERT-12)'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER paper_is_verified_item_by_item
                BEFORE INSERT ON certification_sampling
                FOR EACH ROW EXECUTE FUNCTION paper_is_verified_item_by_item();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_after_the_judgement(of bigint) RETURNS void AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM certification_judgement
                           WHERE assessment_id = of AND archived_at IS NULL) THEN
                    RAISE EXCEPTION 'after the judgement nothing that it stands on changes (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
            END $$ LANGUAGE plpgsql;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- Before the first judgement of a session any item; after a return those that the
            -- verifier named, and what coordination takes of what a telephone sent too late.
            CREATE FUNCTION refuse_what_was_not_sent_back(of bigint, since timestamptz,
                                                          item bigint, record uuid)
                RETURNS void AS $$
            DECLARE
                named jsonb;
            BEGIN
                PERFORM refuse_after_the_judgement(of);
                SELECT items INTO named FROM certification_verification
                    WHERE assessment_id = of AND outcome = 'returned' AND at >= since
                    ORDER BY at DESC, id DESC LIMIT 1;
                IF FOUND
                    AND NOT named ? (SELECT code FROM certification_item WHERE id = item)
                    AND NOT EXISTS (SELECT 1 FROM certification_receipt receipt
                                    JOIN certification_conflict conflict
                                        ON conflict.receipt_id = receipt.id
                                    WHERE receipt.record_id = record
                                        AND receipt.assessment_id = of) THEN
                    RAISE EXCEPTION 'only what was sent back is answered anew (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
            END $$ LANGUAGE plpgsql;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION judged_takes_no_answer() RETURNS trigger AS $$
            DECLARE
                session certification_assessmentsession;
            BEGIN
                SELECT * INTO session FROM certification_assessmentsession
                    WHERE id = NEW.session_id;
                PERFORM refuse_what_was_not_sent_back(
                    session.assessment_id, session.started_at, NEW.item_id, NEW.client_id);
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judged_takes_no_answer BEFORE INSERT ON certification_observation
                FOR EACH ROW EXECUTE FUNCTION judged_takes_no_answer();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION judged_takes_no_resolution() RETURNS trigger AS $$
            DECLARE
                answer certification_observation;
                since timestamptz;
            BEGIN
                SELECT * INTO answer FROM certification_observation WHERE id = NEW.observation_id;
                SELECT started_at INTO since FROM certification_assessmentsession
                    WHERE id = answer.session_id;
                PERFORM refuse_what_was_not_sent_back(
                    NEW.assessment_id, since, NEW.item_id, answer.client_id);
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judged_takes_no_resolution BEFORE INSERT ON certification_itemresolution
                FOR EACH ROW EXECUTE FUNCTION judged_takes_no_resolution();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- What came too late may lie there: it does not count.
            CREATE FUNCTION judged_takes_no_evidence() RETURNS trigger AS $$
            BEGIN
                IF NEW.counts AND (TG_OP = 'INSERT' OR NOT OLD.counts) THEN
                    PERFORM refuse_after_the_judgement(NEW.assessment_id);
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judged_takes_no_evidence
                BEFORE INSERT OR UPDATE ON certification_evidence
                FOR EACH ROW EXECUTE FUNCTION judged_takes_no_evidence();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION judged_keeps_its_plan() RETURNS trigger AS $$
            BEGIN
                PERFORM refuse_after_the_judgement(OLD.assessment_id);
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judged_keeps_its_plan BEFORE UPDATE ON certification_plan
                FOR EACH ROW EXECUTE FUNCTION judged_keeps_its_plan();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION judged_keeps_its_help() RETURNS trigger AS $$
            BEGIN
                PERFORM refuse_after_the_judgement(
                    (SELECT assessment_id FROM certification_plan WHERE id = NEW.plan_id));
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judged_keeps_its_help
                BEFORE INSERT OR UPDATE ON certification_planhelp
                FOR EACH ROW EXECUTE FUNCTION judged_keeps_its_help();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            -- The name alone goes, when what is kept of somebody is erased.
            CREATE FUNCTION judged_keeps_its_signatures() RETURNS trigger AS $$
            BEGIN
                IF NEW.name NOT IN ('', '–') OR to_jsonb(NEW) - 'name' <> to_jsonb(OLD) - 'name' THEN
                    PERFORM refuse_after_the_judgement(OLD.assessment_id);
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER judged_keeps_its_signatures BEFORE UPDATE ON certification_signature
                FOR EACH ROW EXECUTE FUNCTION judged_keeps_its_signatures();
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("SELECT guard_merged_files()", migrations.RunSQL.noop),
    ]
