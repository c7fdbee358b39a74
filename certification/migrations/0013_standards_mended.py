"""What is published is what two approved: their digest is that of the version made of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certification", "0012_appeals_mended")]

    operations = [
        migrations.RunSQL(
            """
            CREATE OR REPLACE FUNCTION draft_changes_while_it_is_written() RETURNS trigger AS $$
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
            """,
            migrations.RunSQL.noop,
        ),
    ]
