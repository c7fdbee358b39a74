"""After the judgement nothing that it stands on changes, but for what a verifier sent back."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0004_paper_forms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="entry_reason",
            field=models.CharField(
                blank=True,
                default="",
                max_length=300,
                verbose_name="why she or he is enrolled without what the standard asks for",
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Trainer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "training",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainers",
                        to="certification.training",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training", "user"), name="trainer_once_per_training"
                    )
                ]
            },
        ),
        migrations.AddConstraint(
            model_name="itemresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="resolution_has_a_reason"
            ),
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

            CREATE FUNCTION judged_keeps_its_plan() RETURNS trigger AS $$
            BEGIN
                PERFORM refuse_after_the_judgement(OLD.assessment_id);
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE TRIGGER judged_keeps_its_plan BEFORE UPDATE ON certification_plan
                FOR EACH ROW EXECUTE FUNCTION judged_keeps_its_plan();

            -- The name alone goes, when what is kept of somebody is erased.
            CREATE FUNCTION judged_keeps_its_signatures() RETURNS trigger AS $$
            BEGIN
                IF NEW.name <> '' OR to_jsonb(NEW) - 'name' <> to_jsonb(OLD) - 'name' THEN
                    PERFORM refuse_after_the_judgement(OLD.assessment_id);
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE TRIGGER judged_keeps_its_signatures BEFORE UPDATE ON certification_signature
                FOR EACH ROW EXECUTE FUNCTION judged_keeps_its_signatures();
            """,
            migrations.RunSQL.noop,
        ),
    ]
