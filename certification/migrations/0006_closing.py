"""The candidate signs the end of a session at a desk, too, or it is said why not (CERT-7)."""

from django.db import migrations, models

UNSIGNED = models.Q(
    ("unsigned_because", ""),
    models.Q(("agrees", False), ("kind__in", ["evidence", "result"]), ("sha256", "")),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies = [("certification", "0005_signatures")]

    operations = [
        migrations.AlterField(
            model_name="signature",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rights", "Rights and duties"),
                    ("plan_candidate", "Plan, by the candidate"),
                    ("plan_evaluator", "Plan, by the evaluator"),
                    ("evidence", "End of the session, by the candidate"),
                    ("result", "Result, by the candidate"),
                ],
                max_length=15,
            ),
        ),
        migrations.RemoveConstraint(model_name="signature", name="signature_kind_is_known"),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["rights", "plan_candidate", "plan_evaluator", "evidence", "result"],
                    )
                ),
                name="signature_kind_is_known",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="signature", name="signature_lacks_only_of_a_result_nobody_agrees_with"
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=UNSIGNED, name="signature_lacks_only_where_nobody_agrees"
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION session_is_signed_by_hand() RETURNS trigger AS $$
            BEGIN
                IF NEW.file = '' AND NEW.unsigned_because = '' THEN
                    RAISE EXCEPTION 'the candidate signs with her own hand (CERT-7)'
                        USING ERRCODE = 'check_violation';
                END IF;
                PERFORM refuse_after_the_judgement(NEW.assessment_id);
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER session_is_signed_by_hand BEFORE INSERT ON certification_signature
                FOR EACH ROW WHEN (NEW.kind = 'evidence')
                EXECUTE FUNCTION session_is_signed_by_hand();
            """,
            migrations.RunSQL.noop,
        ),
    ]
