import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import certification.models.accreditation
import genesis.lib.storage
from genesis.lib.migrations import together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("beneficiaries", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferenceCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Standard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=7, unique=True, verbose_name="code")),
                ("title", models.CharField(max_length=150, verbose_name="title")),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("construction", "Construction"),
                            ("tourism", "Tourism, hotels and food"),
                            ("other", "Other"),
                        ],
                        max_length=15,
                        verbose_name="sector",
                    ),
                ),
                ("isco", models.CharField(max_length=4)),
                ("license_note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "standard",
                "verbose_name_plural": "standards",
            },
        ),
        migrations.CreateModel(
            name="Centre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="centre",
                        to="accounts.organization",
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="code")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.district",
                        verbose_name="district",
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluation centre",
                "verbose_name_plural": "evaluation centres",
            },
        ),
        migrations.CreateModel(
            name="CentreAccreditation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accreditations",
                        to="certification.centre",
                        verbose_name="centre",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.standard",
                        verbose_name="standard",
                    ),
                ),
                (
                    "renews",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="certification.centreaccreditation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("renewal_requested", "Renewal requested"),
                            ("documents_ok", "Documents in order"),
                            ("visit_planned", "Visit planned"),
                            ("visited", "Visited"),
                            ("with_observations", "With observations"),
                            ("accredited", "Accredited"),
                            ("suspended", "Suspended"),
                            ("rejected", "Rejected"),
                            ("revoked", "Revoked"),
                        ],
                        default="requested",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_since",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "state_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "requested_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("workstations", models.PositiveSmallIntegerField(verbose_name="workstations")),
                (
                    "max_per_day",
                    models.PositiveSmallIntegerField(verbose_name="assessments in a day"),
                ),
                (
                    "visit_on",
                    models.DateField(editable=False, null=True, verbose_name="day of the visit"),
                ),
                (
                    "valid_from",
                    models.DateField(editable=False, null=True, verbose_name="valid from"),
                ),
                (
                    "valid_until",
                    models.DateField(editable=False, null=True, verbose_name="valid until"),
                ),
                (
                    "resolution_number",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="number of the resolution"
                    ),
                ),
                (
                    "resolution",
                    models.FileField(
                        blank=True,
                        editable=False,
                        storage=genesis.lib.storage.private,
                        upload_to="resolutions",
                        verbose_name="resolution",
                    ),
                ),
                ("resolution_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("granted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "accreditation",
                "verbose_name_plural": "accreditations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "requested",
                                    "renewal_requested",
                                    "documents_ok",
                                    "visit_planned",
                                    "visited",
                                    "with_observations",
                                    "accredited",
                                    "suspended",
                                    "rejected",
                                    "revoked",
                                ],
                            )
                        ),
                        name="accreditation_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("granted_at__isnull", False),
                                ("granted_by__isnull", False),
                                ("state__in", ["accredited", "suspended", "revoked"]),
                                ("valid_from__isnull", False),
                                ("valid_until__gte", models.F("valid_from")),
                                models.Q(("resolution_number", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ["accredited", "suspended", "revoked"]),
                                    _negated=True,
                                ),
                                ("granted_at", None),
                                ("granted_by", None),
                                ("resolution", ""),
                                ("resolution_number", ""),
                                ("valid_from", None),
                                ("valid_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="accreditation_granted_by_somebody_with_days_and_resolution",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolution", ""), ("resolution_sha256", "")),
                            models.Q(
                                models.Q(("resolution", ""), _negated=True),
                                models.Q(("resolution_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accreditation_resolution_has_its_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_by", None),
                            models.Q(("granted_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="accreditation_not_granted_by_who_asked_for_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    ["with_observations", "suspended", "rejected", "revoked"],
                                ),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        ["with_observations", "suspended", "rejected", "revoked"],
                                    ),
                                    _negated=True,
                                ),
                                ("reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="accreditation_refused_or_suspended_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "visit_planned"), _negated=True),
                            ("visit_on__isnull", False),
                            _connector="OR",
                        ),
                        name="accreditation_visit_planned_for_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_per_day__gte", models.F("workstations")), ("workstations__gt", 0)
                        ),
                        name="accreditation_has_room_for_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "renewal_requested"), _negated=True),
                            ("renews__isnull", False),
                            _connector="OR",
                        ),
                        name="accreditation_renewal_renews_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "requested",
                                    "renewal_requested",
                                    "documents_ok",
                                    "visit_planned",
                                    "visited",
                                    "with_observations",
                                ],
                            )
                        ),
                        fields=("centre", "standard"),
                        name="accreditation_one_under_way_per_centre_and_standard",
                        violation_error_message="A request of this standard is under way already.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state__in", ["accredited", "suspended"])),
                        expressions=[
                            ("centre", "="),
                            ("standard", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_until"),
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_upper=True
                                    ),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="accreditation_one_at_a_time_per_centre_and_standard",
                        violation_error_message="The centre is accredited in this standard those days.",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["valid_until", "id"], name="accreditation_by_last_day")
                ],
            },
            bases=(certification.models.accreditation.Lasting, models.Model),
        ),
        migrations.CreateModel(
            name="AccreditationVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "accreditation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="certification.centreaccreditation",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("initial", "Initial"),
                            ("renewal", "Renewal"),
                            ("surveillance", "Surveillance"),
                            ("extraordinary", "Extraordinary"),
                        ],
                        max_length=15,
                        verbose_name="kind of visit",
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("team", models.CharField(max_length=300, verbose_name="who visited")),
                (
                    "equipment",
                    models.BooleanField(verbose_name="The equipment is complete and in order"),
                ),
                ("space", models.BooleanField(verbose_name="There is room for each workstation")),
                (
                    "safety",
                    models.BooleanField(
                        verbose_name="Safety: exits, extinguisher, first aid, protection"
                    ),
                ),
                ("records", models.BooleanField(verbose_name="Papers are kept in order")),
                (
                    "confidentiality",
                    models.BooleanField(verbose_name="What is recorded of people stays closed"),
                ),
                ("remarks", models.TextField(blank=True, verbose_name="what was seen")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("favourable", "Favourable"),
                            ("with_observations", "With observations"),
                            ("unfavourable", "Unfavourable"),
                        ],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["initial", "renewal", "surveillance", "extraordinary"]),
                            ("outcome__in", ["favourable", "with_observations", "unfavourable"]),
                        ),
                        name="visit_kind_and_outcome_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "favourable"), _negated=True),
                            models.Q(
                                ("confidentiality", True),
                                ("equipment", True),
                                ("records", True),
                                ("safety", True),
                                ("space", True),
                            ),
                            _connector="OR",
                        ),
                        name="visit_favourable_meets_every_point",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "favourable"),
                            models.Q(("remarks", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="visit_not_favourable_says_what_was_seen",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CertificateBundle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work_state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("dead", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=100)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("purpose", models.CharField(max_length=300, verbose_name="purpose")),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True, storage=genesis.lib.storage.private, upload_to="bundles"
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "certificates in one file",
                "verbose_name_plural": "certificates in one file",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("purpose", ""), _negated=True),
                            models.Q(
                                models.Q(("ids", []), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="certificate_bundle_has_a_purpose_and_papers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("erased_at", None), ("file", ""), _connector="OR"),
                        name="certificate_bundle_erased_has_no_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("file", ""), models.Q(("sha256", ""), _negated=True), _connector="OR"
                        ),
                        name="certificate_bundle_file_has_its_digest",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["asked_at", "id"], name="certificate_bundle_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="CertifyingBody",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certifying_bodies",
                        to="accounts.organization",
                    ),
                ),
                (
                    "printed_name",
                    models.CharField(max_length=150, verbose_name="name on the certificate"),
                ),
                (
                    "folio_prefix",
                    models.CharField(max_length=6, verbose_name="prefix of the folios"),
                ),
                ("website", models.URLField(blank=True, verbose_name="website")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("valid_from", models.DateField(verbose_name="certifies from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="certifies until"),
                ),
            ],
            options={
                "verbose_name": "certifying body",
                "verbose_name_plural": "certifying bodies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="certifying_body_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("folio_prefix__regex", "^[A-Z][A-Z0-9]*$")),
                        name="certifying_body_prefix_makes_a_folio",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_until"),
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_upper=True
                                    ),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            )
                        ],
                        name="certifying_body_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("result", models.CharField(max_length=20)),
                ("times", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "result"), name="check_count_one_per_day_and_result"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CorrectiveAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "accreditation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="certification.centreaccreditation",
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="what is to be put right")),
                ("due_on", models.DateField(verbose_name="by the day")),
                (
                    "raised_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_on",
                    models.DateField(editable=False, null=True, verbose_name="closed on"),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proof",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="how it was put right"
                    ),
                ),
            ],
            options={
                "verbose_name": "corrective action",
                "verbose_name_plural": "corrective actions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_by", None), ("closed_on", None), ("proof", "")),
                            models.Q(
                                ("closed_by__isnull", False),
                                ("closed_on__isnull", False),
                                models.Q(("proof", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_closed_by_somebody_who_saw_how",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["due_on", "id"],
                        name="correction_open_by_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("held_on", models.DateField(verbose_name="day of the sitting")),
                ("minutes", models.TextField(verbose_name="minutes")),
                ("present", models.CharField(max_length=500, verbose_name="who was present")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "sitting",
                "verbose_name_plural": "sittings",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes", ""), _negated=True),
                            models.Q(("present", ""), _negated=True),
                        ),
                        name="decision_batch_has_its_minutes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("size", models.PositiveSmallIntegerField()),
                ("seed", models.CharField(max_length=32)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluator", "number"), name="draw_one_per_evaluator_and_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="draw_picks_one_of_some"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evaluator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluator",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        choices=[("F", "Female"), ("M", "Male"), ("X", "Sex not on record")],
                        default="X",
                        max_length=1,
                        verbose_name="sex",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "certificate_number",
                    models.CharField(
                        max_length=40, verbose_name="number of the training certificate"
                    ),
                ),
                ("certificate_issued_on", models.DateField(verbose_name="issued on")),
                (
                    "certificate_expires_on",
                    models.DateField(blank=True, null=True, verbose_name="expires on"),
                ),
                (
                    "registered_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluator",
                "verbose_name_plural": "evaluators",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["F", "M", "X"])),
                        name="evaluator_sex_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("certificate_expires_on", None),
                            ("certificate_expires_on__gte", models.F("certificate_issued_on")),
                            _connector="OR",
                        ),
                        name="evaluator_certificate_expires_after_it_was_issued",
                        violation_error_message="It cannot expire before it was issued.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluatorCentre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="centres",
                        to="certification.evaluator",
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluators",
                        to="certification.centre",
                        verbose_name="centre",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "given_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "centre of an evaluator",
                "verbose_name_plural": "centres of an evaluator",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="evaluator_centre_ends_after_it_begins",
                        violation_error_message="The last day cannot come before the first.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("evaluator", "="),
                            ("centre", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_until"),
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_upper=True
                                    ),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="evaluator_centre_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Phone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(editable=False, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="phones",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name of the telephone")),
                ("public_key", models.TextField(editable=False)),
                (
                    "registered_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "telephone",
                "verbose_name_plural": "telephones",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(
                                ("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="phone_withdrawn_by_somebody_at_some_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public", models.CharField(max_length=60, unique=True)),
                ("algorithm", models.CharField(default="Ed25519", max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "In use"),
                            ("retired", "Retired: what it signed holds"),
                            ("compromised", "Given away: what it signed is issued anew"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                ("active_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "signing key",
                "verbose_name_plural": "signing keys",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("state",),
                        name="signing_key_one_is_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", "active")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state__in", ["retired", "compromised"]),
                            ),
                            _connector="OR",
                        ),
                        name="signing_key_active_until_it_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FolioCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.standard",
                    ),
                ),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "standard"), name="folio_counter_one_per_year_and_standard"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="certification.standard",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=150)),
                (
                    "sector",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("construction", "Construction"),
                            ("tourism", "Tourism, hotels and food"),
                            ("other", "Other"),
                        ],
                        max_length=15,
                    ),
                ),
                ("area", models.CharField(blank=True, max_length=60)),
                ("isco", models.CharField(blank=True, max_length=4)),
                ("purpose", models.TextField()),
                ("level", models.PositiveSmallIntegerField()),
                ("valid_from", models.DateField()),
                ("review_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("certificate_months", models.PositiveSmallIntegerField(null=True)),
                ("min_age", models.PositiveSmallIntegerField()),
                ("min_months", models.PositiveSmallIntegerField()),
                (
                    "entry_documents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list
                    ),
                ),
                ("license_note", models.CharField(blank=True, max_length=300)),
                ("modality", models.CharField(blank=True, max_length=60)),
                ("break_minutes", models.PositiveSmallIntegerField(null=True)),
                ("duration_minutes", models.PositiveSmallIntegerField()),
                ("task", models.TextField()),
                ("total_minimum", models.PositiveIntegerField()),
                ("na_maximum", models.PositiveIntegerField()),
                ("diagnostic_title", models.CharField(max_length=150)),
                ("diagnostic_points", models.JSONField()),
                ("source_sha256", models.CharField(max_length=64)),
                (
                    "warnings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), default=list
                    ),
                ),
            ],
            options={
                "verbose_name": "standard",
                "verbose_name_plural": "standards",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard", "number"), name="standard_version_one_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "retired"])),
                        name="standard_version_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("na_maximum__lte", 10000), ("total_minimum__lte", 10000)
                        ),
                        name="standard_version_minima_are_percentages",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="standard_version_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("review_on__gte", models.F("valid_from"))),
                        name="standard_version_reviewed_after_it_begins",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "published")),
                        expressions=[
                            ("standard", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("ends_on"), models.F("review_on")
                                    ),
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_upper=True
                                    ),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="standard_version_one_in_force_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Equipment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="equipment",
                        to="certification.standardversion",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.PositiveSmallIntegerField()),
                ("mandatory", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Instrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("guia_observacion", "Observation guide"),
                            ("lista_cotejo", "Checklist of the product"),
                            ("cuestionario", "Questionnaire"),
                        ],
                        max_length=20,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("minimum", models.PositiveIntegerField()),
                ("mode", models.CharField(blank=True, max_length=30)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"), name="instrument_code_once_per_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Knowledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("level", models.CharField(max_length=30)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"), name="knowledge_code_once_per_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "reference",
                    models.CharField(max_length=14, unique=True, verbose_name="reference"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="beneficiaries.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.standard",
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="certification.standardversion",
                        verbose_name="standard",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("enrolled", "Enrolled"),
                            ("diagnosed", "Diagnosed"),
                            ("in_training", "In training"),
                            ("admitted", "Admitted"),
                            ("planned", "Plan proposed"),
                            ("plan_agreed", "Plan agreed"),
                            ("in_assessment", "In assessment"),
                            ("evidence_closed", "Evidence closed"),
                            ("judged", "Judged"),
                            ("in_verification", "In verification"),
                            ("verified", "Verified"),
                            ("certified", "Certified"),
                            ("closed_not_yet", "Not yet competent"),
                            ("in_appeal", "In appeal"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="enrolled",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="attempt")),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("direct", "Direct"),
                            ("after_training", "After a training"),
                            ("reassessment", "Another attempt"),
                            ("renewal", "Renewal of a certificate"),
                        ],
                        default="direct",
                        max_length=15,
                        verbose_name="way",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="following",
                        to="certification.assessment",
                        verbose_name="attempt before",
                    ),
                ),
                ("enrolled_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry_reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        verbose_name="why she or he is enrolled without what the standard asks for",
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.centre",
                        verbose_name="centre",
                    ),
                ),
                ("scheduled_for", models.DateField(null=True, verbose_name="day")),
                ("scheduled_at", models.TimeField(null=True, verbose_name="hour")),
                (
                    "evaluator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="evaluator",
                    ),
                ),
                (
                    "verifier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments_verified",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="verifier",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments_decided",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="certifying officer",
                    ),
                ),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="stopped at")),
                ("stop_reason", models.TextField(blank=True, verbose_name="why it was stopped")),
                ("decided_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "left_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "leave_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("candidate", "The person does not want to go on"),
                            ("no_show", "The person did not come"),
                            ("work", "The person found work"),
                            ("moved", "The person moved or left again"),
                            ("health", "Health"),
                            ("centre", "The centre cannot hold it"),
                            ("error", "Enrolled in error"),
                        ],
                        max_length=15,
                        verbose_name="why she or he left",
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment",
                "verbose_name_plural": "assessments",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "enrolled",
                                    "diagnosed",
                                    "in_training",
                                    "admitted",
                                    "planned",
                                    "plan_agreed",
                                    "in_assessment",
                                    "evidence_closed",
                                    "judged",
                                    "in_verification",
                                    "verified",
                                    "certified",
                                    "closed_not_yet",
                                    "in_appeal",
                                    "withdrawn",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="assessment_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verifier", None),
                                models.Q(("verifier", models.F("evaluator")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("officer", None),
                                models.Q(
                                    models.Q(("officer", models.F("evaluator")), _negated=True),
                                    models.Q(("officer", models.F("verifier")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="assessment_three_different_people_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("evaluator__isnull", False),
                                ("officer__isnull", False),
                                ("state__in", ["certified", "closed_not_yet", "in_appeal"]),
                                ("verifier__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ["certified", "closed_not_yet", "in_appeal"]),
                                    _negated=True,
                                ),
                                ("decided_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_decided_by_an_officer_at_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("left_at__isnull", False),
                                ("state__in", ["withdrawn", "cancelled"]),
                                ("left_by__isnull", False),
                                models.Q(("leave_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["withdrawn", "cancelled"]), _negated=True),
                                ("leave_reason", ""),
                                ("left_at", None),
                                ("left_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_left_by_somebody_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "enrolled",
                                    "diagnosed",
                                    "in_training",
                                    "admitted",
                                    "withdrawn",
                                    "cancelled",
                                ],
                            ),
                            models.Q(
                                ("centre__isnull", False),
                                ("evaluator__isnull", False),
                                ("scheduled_for__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_planned_has_evaluator_centre_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stop_reason", ""), ("stopped_at", None)),
                            models.Q(
                                ("stopped_at__isnull", False),
                                models.Q(("stop_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_stopped_for_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "enrolled",
                                    "diagnosed",
                                    "in_training",
                                    "admitted",
                                    "planned",
                                    "plan_agreed",
                                    "in_assessment",
                                    "evidence_closed",
                                    "judged",
                                    "in_verification",
                                    "verified",
                                    "in_appeal",
                                    "certified",
                                    "closed_not_yet",
                                ],
                            )
                        ),
                        fields=("person", "standard", "attempt"),
                        name="assessment_each_attempt_once_per_person_and_standard",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("attempt", 1), ("previous", None)),
                            models.Q(("attempt__gt", 1), ("previous__isnull", False)),
                            _connector="OR",
                        ),
                        name="assessment_follows_another_from_the_second_attempt_on",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["withdrawn", "cancelled"]), _negated=True
                        ),
                        fields=("previous",),
                        name="assessment_followed_by_one_attempt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("route__in", ["direct", "after_training", "reassessment", "renewal"])
                        ),
                        name="assessment_route_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "enrolled",
                                    "diagnosed",
                                    "in_training",
                                    "admitted",
                                    "planned",
                                    "plan_agreed",
                                    "in_assessment",
                                    "evidence_closed",
                                    "judged",
                                    "in_verification",
                                    "verified",
                                    "in_appeal",
                                ],
                            )
                        ),
                        fields=("person", "standard"),
                        name="assessment_one_open_per_person_and_standard",
                        violation_error_message="This person already has an open assessment in this standard.",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["enrolled_at", "id"], name="assessment_newest"),
                    models.Index(
                        fields=["evaluator", "scheduled_for", "id"], name="assessment_agenda"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssessmentSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="certification.assessment",
                    ),
                ),
                (
                    "identity_checked",
                    models.CharField(max_length=120, verbose_name="how identity was checked"),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("annulled_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("assessment",),
                        name="session_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("annulled_at", None), ("ended_at__isnull", False), _connector="OR"
                        ),
                        name="session_annulled_once_it_has_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="certification.decisionbatch",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="certification.assessment",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("granted", "Certificate granted"),
                            ("not_yet", "Not yet competent confirmed"),
                            ("returned", "Returned to verification"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "returned"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="decision_returned_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["granted", "not_yet", "returned"])),
                        name="decision_outcome_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnosis",
                        to="certification.assessment",
                    ),
                ),
                ("answers", models.JSONField(verbose_name="answers")),
                ("points", models.PositiveSmallIntegerField(verbose_name="points")),
                (
                    "recommendation",
                    models.CharField(
                        choices=[
                            ("formacion_reskilling", "Reskilling: the whole course"),
                            ("formacion_upskilling", "Upskilling: what is missing"),
                            ("evaluacion", "Assessment"),
                        ],
                        max_length=30,
                        verbose_name="recommendation",
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CentreEquipment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="equipment",
                        to="certification.centre",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.equipment",
                    ),
                ),
                ("quantity", models.PositiveSmallIntegerField(verbose_name="how many")),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("good", "Good"),
                            ("worn", "Worn, but usable"),
                            ("broken", "Not usable"),
                        ],
                        max_length=10,
                        verbose_name="condition",
                    ),
                ),
                (
                    "calibration_due",
                    models.DateField(blank=True, null=True, verbose_name="calibration until"),
                ),
            ],
            options={
                "verbose_name": "equipment of a centre",
                "verbose_name_plural": "equipment of a centre",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("centre", "requirement"),
                        name="centre_equipment_one_row_per_requirement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("condition__in", ["good", "worn", "broken"])),
                        name="centre_equipment_condition_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="certification.assessment",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("inputs_sha256", models.CharField(max_length=64)),
                ("result", models.JSONField(verbose_name="result item by item")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("competent", "Competent"),
                            ("not_yet_competent", "Not yet competent"),
                        ],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("feedback", models.TextField(blank=True, verbose_name="feedback")),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("returned_us", "Returned from the United States"),
                            ("returned_mx", "Returned from Mexico"),
                            ("returned_elsewhere", "Returned from elsewhere"),
                            ("idp", "Internally displaced"),
                            ("both", "Returned and displaced"),
                            ("family", "Family"),
                            ("community", "Host community"),
                        ],
                        max_length=20,
                        verbose_name="situation",
                    ),
                ),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("construction", "Construction"),
                            ("tourism", "Tourism, hotels and food"),
                            ("other", "Other"),
                        ],
                        max_length=15,
                        verbose_name="sector",
                    ),
                ),
                ("archived_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("archived_at", None)),
                        fields=("assessment",),
                        name="judgement_one_in_force",
                    ),
                    models.UniqueConstraint(
                        fields=("assessment", "number"), name="judgement_one_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "not_yet_competent"), _negated=True),
                            models.Q(("feedback", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="judgement_not_yet_has_feedback",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["competent", "not_yet_competent"])),
                        name="judgement_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sector__in", ["construction", "tourism", "other"]),
                            (
                                "status__in",
                                [
                                    "returned_us",
                                    "returned_mx",
                                    "returned_elsewhere",
                                    "idp",
                                    "both",
                                    "family",
                                    "community",
                                ],
                            ),
                        ),
                        name="judgement_status_and_sector_are_known",
                    ),
                ],
                "indexes": [models.Index(fields=["signed_at", "id"], name="judgement_by_day")],
            },
        ),
        migrations.CreateModel(
            name="CarriedInstrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried",
                        to="certification.assessment",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.instrument",
                    ),
                ),
                (
                    "judgement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.judgement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("assessment", "instrument"), name="carried_once_per_assessment"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work_state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("dead", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=100)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper_forms",
                        to="certification.assessment",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("printed", "Printed"),
                            ("typed_once", "Typed by one person"),
                            ("differs", "To be settled: two people typed it differently"),
                            ("agreed", "Typed by two people alike, and not kept yet"),
                            ("kept", "Kept"),
                            ("dropped", "Set aside"),
                        ],
                        default="printed",
                        max_length=10,
                        verbose_name="state of the paper form",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=genesis.lib.storage.private,
                        upload_to="paper_forms",
                        verbose_name="paper form",
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("erased_at", models.DateTimeField(null=True)),
                ("kept_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper_forms",
                        to="certification.assessmentsession",
                    ),
                ),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "dropped_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drop_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="why it was set aside"
                    ),
                ),
            ],
            options={
                "verbose_name": "paper form",
                "verbose_name_plural": "paper forms",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("assessment", "number"), name="paper_form_one_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["printed", "typed_once", "differs", "agreed", "kept", "dropped"],
                            )
                        ),
                        name="paper_form_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("kept_at__isnull", False),
                                ("session__isnull", False),
                                ("state", "kept"),
                            ),
                            models.Q(
                                models.Q(("state", "kept"), _negated=True),
                                ("ended_at", None),
                                ("kept_at", None),
                                ("session", None),
                            ),
                            _connector="OR",
                        ),
                        name="paper_form_kept_at_some_time_in_a_session",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("dropped_at__isnull", False),
                                ("dropped_by__isnull", False),
                                ("state", "dropped"),
                                models.Q(("drop_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "dropped"), _negated=True),
                                ("drop_reason", ""),
                                ("dropped_at", None),
                                ("dropped_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="paper_form_dropped_by_somebody_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("erased_at", None), ("file", ""), _connector="OR"),
                        name="paper_form_erased_has_no_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperSettlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="certification.paperform",
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                (
                    "value",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="what stands on the paper"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="paper_settlement_has_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperTyping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="typings",
                        to="certification.paperform",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("entries", models.JSONField(verbose_name="what was typed")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "by"), name="paper_typing_by_two_people"
                    ),
                    models.UniqueConstraint(
                        fields=("form", "number"), name="paper_typing_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__in", [1, 2])),
                        name="paper_typing_is_the_first_or_the_second",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartsAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts_alerts",
                        to="certification.assessment",
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
                ("parts", models.CharField(max_length=60)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="what came of it"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("assessment", "user"),
                        name="parts_alert_one_open_per_person_and_assessment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                models.Q(("settled_by", models.F("user")), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="parts_alert_settled_by_somebody_else_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="certification.phone",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="certification.assessment",
                    ),
                ),
                ("format", models.PositiveSmallIntegerField()),
                ("built_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("built_at"))),
                        name="package_expires_after_it_was_built",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="certification.assessment",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.centre",
                    ),
                ),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("scheduled_for", models.DateField(verbose_name="scheduled for")),
                ("scheduled_at", models.TimeField(verbose_name="hour")),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="why the plan was changed"
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "proposed_by",
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
                        fields=("assessment", "number"), name="plan_one_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="plan_replaced_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanHelp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="help",
                        to="certification.plan",
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read_aloud", "Questions read aloud"),
                                ("interpreter", "An interpreter"),
                                ("extra_time", "More time"),
                                ("support", "Somebody at her or his side"),
                                ("place", "A place that she or he can reach and use"),
                                ("other", "Something else, which the note says"),
                            ],
                            max_length=12,
                        ),
                        verbose_name="help that is needed",
                    ),
                ),
                (
                    "extra_minutes",
                    models.PositiveSmallIntegerField(null=True, verbose_name="extra minutes"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="what is to be minded"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kinds__contained_by",
                                [
                                    "read_aloud",
                                    "interpreter",
                                    "extra_time",
                                    "support",
                                    "place",
                                    "other",
                                ],
                            ),
                            ("kinds__len__gt", 0),
                        ),
                        name="plan_help_is_of_known_kinds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("extra_minutes__isnull", False),
                                ("extra_minutes__range", (1, 480)),
                                ("kinds__contains", ["extra_time"]),
                            ),
                            models.Q(
                                models.Q(("kinds__contains", ["extra_time"]), _negated=True),
                                ("extra_minutes", None),
                            ),
                            _connector="OR",
                        ),
                        name="plan_help_more_time_says_how_much",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kinds__contains", ["other"]), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="plan_help_of_another_kind_is_described",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.UUIDField(unique=True)),
                (
                    "phone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="certification.phone",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="certification.assessment",
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("start", "Identity and start"),
                            ("answer", "Answer"),
                            ("stop", "Stop for safety"),
                            ("photo", "Photo"),
                            ("signature", "Signature"),
                            ("close", "End of the evidence"),
                        ],
                        max_length=10,
                    ),
                ),
                ("body", models.TextField(verbose_name="as it was sent")),
                ("signature", models.CharField(max_length=120)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("stored", "Stored"),
                            ("conflict", "Kept for coordination to settle"),
                        ],
                        max_length=10,
                    ),
                ),
                ("noted_at", models.DateTimeField(null=True)),
                ("clock_off", models.DurationField(null=True)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
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
                        fields=("phone", "seq"), name="receipt_one_per_phone_and_sequence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["start", "answer", "stop", "photo", "signature", "close"],
                            ),
                            ("outcome__in", ["stored", "conflict"]),
                        ),
                        name="receipt_kind_and_outcome_are_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnouncedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announced",
                        to="certification.assessment",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announced",
                        to="certification.receipt",
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("given_up_at", models.DateTimeField(null=True)),
                (
                    "given_up_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("assessment", "sha256"), name="announced_once_per_assessment"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_up_at", None), ("given_up_by", None), ("reason", "")),
                            models.Q(
                                ("given_up_at__isnull", False),
                                ("given_up_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="announced_file_given_up_by_somebody_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sampling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samplings",
                        to="certification.assessment",
                    ),
                ),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("first", "It is one of the first portfolios of this evaluator."),
                            ("drawn", "It was drawn."),
                            ("not_drawn", "It was not drawn."),
                            ("paper", "Its answers were typed from paper."),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samplings",
                        to="certification.draw",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("assessment", "evaluator"),
                        name="sampling_one_per_assessment_and_evaluator",
                    ),
                    models.UniqueConstraint(
                        fields=("draw", "place"), name="sampling_one_per_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["first", "drawn", "not_drawn", "paper"])),
                        name="sampling_reason_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("draw", None), ("place", None), ("why__in", ["first", "paper"])
                            ),
                            models.Q(
                                models.Q(("why__in", ["first", "paper"]), _negated=True),
                                ("draw__isnull", False),
                                ("place__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="sampling_has_a_place_when_it_was_drawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="certification.assessment",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rights", "Rights and duties"),
                            ("plan_candidate", "Plan, by the candidate"),
                            ("plan_evaluator", "Plan, by the evaluator"),
                            ("result", "Result, by the candidate"),
                        ],
                        max_length=15,
                    ),
                ),
                ("name", models.CharField(max_length=240, verbose_name="name of who signs")),
                ("agrees", models.BooleanField(default=True, verbose_name="agrees")),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cleared_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at", None)),
                        fields=("assessment", "kind"),
                        name="signature_one_of_each_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["rights", "plan_candidate", "plan_evaluator", "result"])
                        ),
                        name="signature_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("code", models.CharField(max_length=7)),
                ("number", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=150)),
                ("document", models.JSONField()),
                (
                    "based_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts_from_it",
                        to="certification.standardversion",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "Before the committee"),
                            ("published", "Published"),
                            ("dropped", "Given up"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("state_since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "published_as",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="certification.standardversion",
                    ),
                ),
                ("met_on", models.DateField(null=True, verbose_name="day of the meeting")),
                ("present", models.TextField(blank=True, verbose_name="who was there")),
                ("minutes", models.TextField(blank=True, verbose_name="minutes")),
                (
                    "minutes_file",
                    models.FileField(
                        blank=True, storage=genesis.lib.storage.private, upload_to="minutes"
                    ),
                ),
                ("minutes_sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "draft of a standard",
                "verbose_name_plural": "drafts of standards",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in_review", "published", "dropped"])
                        ),
                        name="draft_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("met_on__isnull", False),
                                ("published_as__isnull", False),
                                ("state", "published"),
                                models.Q(("present", ""), _negated=True),
                                models.Q(("minutes", ""), ("minutes_file", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "published"), _negated=True),
                                ("met_on", None),
                                ("minutes", ""),
                                ("minutes_file", ""),
                                ("present", ""),
                                ("published_as", None),
                            ),
                            _connector="OR",
                        ),
                        name="draft_published_as_a_version_with_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes_file", ""), ("minutes_sha256", "")),
                            models.Q(
                                models.Q(("minutes_file", ""), _negated=True),
                                models.Q(("minutes_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="draft_minutes_have_their_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dropped"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="draft_given_up_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["in_review", "published"]), _negated=True),
                            ("round__gt", 0),
                            _connector="OR",
                        ),
                        name="draft_before_the_committee_was_sent_there",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "in_review"])),
                        fields=("code", "number"),
                        name="draft_one_open_per_standard_and_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftKeys",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="certification.standarddraft",
                    ),
                ),
                ("keys", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="DraftAuthor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authors",
                        to="certification.standarddraft",
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
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("draft", "user"), name="draft_author_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="certification.standarddraft",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("draft", "round", "by"), name="draft_approval_once_each_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("round__gt", 0), models.Q(("digest", ""), _negated=True)
                        ),
                        name="draft_approval_of_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiagnosticQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"),
                        name="diagnosticquestion_code_once_per_version",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DiagnosticBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnostic_bands",
                        to="certification.standardversion",
                    ),
                ),
                ("first", models.PositiveSmallIntegerField()),
                ("last", models.PositiveSmallIntegerField()),
                (
                    "recommendation",
                    models.CharField(
                        choices=[
                            ("formacion_reskilling", "Reskilling: the whole course"),
                            ("formacion_upskilling", "Upskilling: what is missing"),
                            ("evaluacion", "Assessment"),
                        ],
                        max_length=30,
                    ),
                ),
                ("message", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="StatusList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work_state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("dead", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=100)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.TextField(blank=True)),
                (
                    "key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.signingkey",
                    ),
                ),
                ("signed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "list of revoked certificates",
                "verbose_name_plural": "lists of revoked certificates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", None), ("signed_at", None), ("text", "")),
                            models.Q(
                                models.Q(("text", ""), _negated=True),
                                ("key__isnull", False),
                                ("signed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="status_list_signed_with_a_key_at_some_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work_state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("dead", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=100)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="certification.assessment",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="certification.certificate",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("suspended", "Suspended"),
                            ("revoked", "Revoked"),
                            ("replaced", "Replaced"),
                        ],
                        default="valid",
                        max_length=10,
                    ),
                ),
                ("folio", models.CharField(max_length=30, unique=True, verbose_name="folio")),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.standard",
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=10, unique=True)),
                ("secret_key_number", models.PositiveSmallIntegerField(default=1)),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.certifyingbody",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("valid_until", models.DateField(null=True, verbose_name="valid until")),
                (
                    "holder_name",
                    models.CharField(max_length=240, verbose_name="name on the certificate"),
                ),
                ("holder_initials", models.CharField(max_length=10, verbose_name="initials")),
                (
                    "holder_document",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="document on the certificate"
                    ),
                ),
                ("body_name", models.CharField(max_length=150)),
                ("standard_code", models.CharField(max_length=7)),
                ("standard_title", models.CharField(max_length=150)),
                ("standard_version", models.PositiveSmallIntegerField()),
                ("level", models.PositiveSmallIntegerField()),
                ("units", models.JSONField()),
                ("license_note", models.CharField(blank=True, max_length=300)),
                ("centre_code", models.CharField(max_length=12)),
                ("place", models.CharField(max_length=120, verbose_name="place")),
                ("assessed_on", models.DateField(verbose_name="assessed on")),
                ("officer_name", models.CharField(max_length=160)),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("returned_us", "Returned from the United States"),
                            ("returned_mx", "Returned from Mexico"),
                            ("returned_elsewhere", "Returned from elsewhere"),
                            ("idp", "Internally displaced"),
                            ("both", "Returned and displaced"),
                            ("family", "Family"),
                            ("community", "Host community"),
                        ],
                        max_length=20,
                        verbose_name="situation",
                    ),
                ),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("construction", "Construction"),
                            ("tourism", "Tourism, hotels and food"),
                            ("other", "Other"),
                        ],
                        max_length=15,
                        verbose_name="sector",
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "pdf",
                    models.FileField(
                        blank=True,
                        storage=genesis.lib.storage.private,
                        upload_to="certificates",
                        verbose_name="certificate as PDF",
                    ),
                ),
                ("pdf_sha256", models.CharField(blank=True, max_length=64)),
                ("rendered_at", models.DateTimeField(null=True)),
                ("template_version", models.PositiveSmallIntegerField(default=1)),
                (
                    "public_lookup",
                    models.CharField(
                        choices=[
                            ("full", "With the holder's initials"),
                            ("minimal", "Without initials and place"),
                            ("none", "Nothing: as if there were no such certificate"),
                        ],
                        default="full",
                        max_length=10,
                        verbose_name="public check",
                    ),
                ),
                (
                    "credential_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "subject_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "status_list",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="certification.statuslist",
                    ),
                ),
                ("status_index", models.PositiveIntegerField(null=True)),
                (
                    "key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="certification.signingkey",
                    ),
                ),
                ("credential", models.TextField(blank=True, verbose_name="digital credential")),
                ("credential_sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "certificate",
                "verbose_name_plural": "certificates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "standard", "sequence"),
                        name="certificate_sequence_once_per_year_and_standard",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["valid", "suspended", "revoked", "replaced"])
                        ),
                        name="certificate_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sector__in", ["construction", "tourism", "other"]),
                            (
                                "status__in",
                                [
                                    "returned_us",
                                    "returned_mx",
                                    "returned_elsewhere",
                                    "idp",
                                    "both",
                                    "family",
                                    "community",
                                ],
                            ),
                        ),
                        name="certificate_status_and_sector_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", False), ("state", "revoked")),
                            models.Q(
                                models.Q(("state", "revoked"), _negated=True), ("revoked_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="certificate_revoked_at_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pdf", ""), ("pdf_sha256", ""), ("rendered_at", None)),
                            models.Q(
                                models.Q(("pdf", ""), _negated=True),
                                models.Q(("pdf_sha256", ""), _negated=True),
                                ("rendered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="certificate_pdf_has_its_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credential", ""), ("credential_sha256", ""), ("key", None)),
                            models.Q(
                                models.Q(("credential", ""), _negated=True),
                                models.Q(("credential_sha256", ""), _negated=True),
                                ("key__isnull", False),
                                ("status_index__isnull", False),
                                ("status_list__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="certificate_credential_has_its_digest_key_and_place_in_a_list",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("public_lookup__in", ["full", "minimal", "none"])),
                        name="certificate_public_lookup_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status_index", None), ("status_list", None)),
                            models.Q(("status_index__lt", 131072), ("status_list__isnull", False)),
                            _connector="OR",
                        ),
                        name="certificate_status_index_is_in_its_list",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaces", None),
                            models.Q(("replaces", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="certificate_replaces_another",
                    ),
                    models.UniqueConstraint(
                        fields=("status_list", "status_index"), name="certificate_one_bit_each"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["revoked", "replaced"]), _negated=True),
                        fields=("assessment",),
                        name="certificate_one_per_assessment_that_has_not_ended",
                    ),
                ],
                "indexes": [models.Index(fields=["issued_on", "id"], name="certificate_by_day")],
            },
        ),
        migrations.CreateModel(
            name="CertificateEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="certification.certificate",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("suspended", "Suspended"),
                            ("lifted", "Suspension lifted"),
                            ("proposed", "Revocation proposed"),
                            ("rejected", "Revocation not approved"),
                            ("revoked", "Revoked"),
                            ("replaced", "Replaced by another"),
                            ("lookup", "What the public check shows was changed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=20, verbose_name="reason")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "suspended",
                                    "lifted",
                                    "proposed",
                                    "rejected",
                                    "revoked",
                                    "replaced",
                                    "lookup",
                                ],
                            )
                        ),
                        name="certificate_event_kind_is_known",
                    )
                ],
                "indexes": [
                    models.Index(fields=["certificate", "id"], name="certificate_event_in_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="HolderNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice",
                        to="certification.certificateevent",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.message",
                    ),
                ),
                ("told_on", models.DateField(null=True, verbose_name="told on")),
                (
                    "told_how",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="how she or he was told"
                    ),
                ),
                ("told_at", models.DateTimeField(editable=False, null=True)),
                (
                    "told_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice to the holder",
                "verbose_name_plural": "notices to the holder",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("told_at", None),
                                ("told_by", None),
                                ("told_how", ""),
                                ("told_on", None),
                            ),
                            models.Q(
                                ("told_at__isnull", False),
                                ("told_by__isnull", False),
                                ("told_on__isnull", False),
                                models.Q(("told_how", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="holder_told_by_somebody_some_day_somehow",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revocations",
                        to="certification.certificate",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a second person"),
                            ("approved", "Approved"),
                            ("rejected", "Not approved"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("error_material", "Material error"),
                            ("fraude", "Fraud"),
                            ("apelacion", "Decision of an appeal"),
                            ("solicitud_titular", "The holder asks for it"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(max_length=500, verbose_name="what happened")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="answer")),
            ],
            options={
                "verbose_name": "proposal to revoke a certificate",
                "verbose_name_plural": "proposals to revoke certificates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by", None), ("state", "waiting")
                            ),
                            models.Q(
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ["approved", "rejected"]),
                            ),
                            _connector="OR",
                        ),
                        name="revocation_decided_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                ["error_material", "fraude", "apelacion", "solicitud_titular"],
                            ),
                            models.Q(("note", ""), _negated=True),
                        ),
                        name="revocation_has_a_known_reason_and_says_what_happened",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("certificate",),
                        name="revocation_one_waits_per_certificate",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="certification.certificate",
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("in_presence", models.BooleanField(default=False)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(verbose_name="until")),
                ("max_views", models.PositiveSmallIntegerField(verbose_name="how many times")),
                ("views", models.PositiveSmallIntegerField(default=0)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "address to show a certificate",
                "verbose_name_plural": "addresses to show certificates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_views__gt", 0), ("views__lte", models.F("max_views"))
                        ),
                        name="share_link_shows_it_no_more_often_than_agreed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="share_link_shut_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluatorAccreditation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accreditations",
                        to="certification.evaluator",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.standard",
                        verbose_name="standard",
                    ),
                ),
                (
                    "own_certificate",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.certificate",
                    ),
                ),
                ("panel_seat", models.PositiveSmallIntegerField(editable=False, null=True)),
                (
                    "external_evidence",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="evidence from elsewhere"
                    ),
                ),
                (
                    "sponsor",
                    models.CharField(blank=True, max_length=160, verbose_name="who vouches"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("accredited", "Accredited"),
                            ("suspended", "Suspended"),
                            ("revoked", "Revoked"),
                        ],
                        default="proposed",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_since",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "state_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "valid_from",
                    models.DateField(editable=False, null=True, verbose_name="valid from"),
                ),
                (
                    "valid_until",
                    models.DateField(editable=False, null=True, verbose_name="valid until"),
                ),
            ],
            options={
                "verbose_name": "accreditation of an evaluator",
                "verbose_name_plural": "accreditations of evaluators",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["proposed", "accredited", "suspended", "revoked"])
                        ),
                        name="evaluator_accreditation_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("external_evidence", ""),
                                ("own_certificate__isnull", False),
                                ("panel_seat", None),
                                ("sponsor", ""),
                            ),
                            models.Q(
                                ("own_certificate", None),
                                ("panel_seat__gte", 1),
                                ("panel_seat__lte", 2),
                                models.Q(("external_evidence", ""), _negated=True),
                                models.Q(("sponsor", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="evaluator_holds_the_certificate_or_is_of_the_founding_panel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["accredited", "suspended"]),
                                ("valid_until__gte", models.F("valid_from")),
                                ("valid_from__isnull", False),
                            ),
                            models.Q(
                                ("state", "proposed"), ("valid_from", None), ("valid_until", None)
                            ),
                            ("state", "revoked"),
                            _connector="OR",
                        ),
                        name="evaluator_accredited_from_one_day_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["suspended", "revoked"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["suspended", "revoked"]), _negated=True),
                                ("reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="evaluator_suspended_or_revoked_for_a_reason",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            models.Q(("state", "revoked"), _negated=True),
                            ("panel_seat__isnull", False),
                        ),
                        expressions=[("standard", "="), ("panel_seat", "="), ("evaluator", "<>")],
                        name="evaluator_seat_of_the_founding_panel_is_of_one_expert",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("evaluator", "standard"),
                        name="evaluator_proposed_once_per_standard",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state__in", ["accredited", "suspended"])),
                        expressions=[
                            ("evaluator", "="),
                            ("standard", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_until"),
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_upper=True
                                    ),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="evaluator_accredited_once_at_a_time_per_standard",
                    ),
                ],
            },
            bases=(certification.models.accreditation.Lasting, models.Model),
        ),
        migrations.CreateModel(
            name="Training",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to="certification.assessment",
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("1a", "1a Early attention, profiling and registration"),
                            ("1c", "1c Assessment and certification"),
                            ("1d", "1d Reskilling"),
                            ("1e", "1e Upskilling"),
                            ("2a", "2a Job coaching"),
                            ("2b", "2b Soft skills"),
                            ("2c", "2c Financial education"),
                            ("2d", "2d Psychosocial care"),
                            ("2e", "2e Labour intermediation"),
                            ("3a", "3a Incubation"),
                            ("3b", "3b Acceleration"),
                            ("3c", "3c Financing alternatives"),
                            ("5b", "5b Empowerment"),
                            ("5c", "5c Human-rights training"),
                            ("5d", "5d Legal assistance"),
                        ],
                        max_length=2,
                        verbose_name="service",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="beneficiaries.group",
                        verbose_name="group",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                        verbose_name="training body",
                    ),
                ),
                ("ends_on", models.DateField(verbose_name="last day")),
                ("referred_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "referred_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("completed", "Completed"), ("not_completed", "Not completed")],
                        max_length=15,
                        verbose_name="what came of it",
                    ),
                ),
                (
                    "ended_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("assessment_left", "The assessment ended"),
                            ("case_closed", "The person left the programme"),
                        ],
                        max_length=15,
                        verbose_name="why it was closed",
                    ),
                ),
                ("completed_on", models.DateField(null=True, verbose_name="completed on")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("assessment",),
                        name="training_one_at_a_time_per_assessment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("service__in", ["1d", "1e"])),
                        name="training_is_reskilling_or_upskilling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("group__isnull", False), ("provider", None)),
                            models.Q(("group", None), ("provider__isnull", False)),
                            _connector="OR",
                        ),
                        name="training_is_in_a_group_or_of_a_provider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None), ("outcome", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("outcome__in", ["completed", "not_completed"]),
                            ),
                            _connector="OR",
                        ),
                        name="training_closed_by_somebody_with_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_because", ""),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("ended_because__in", ["assessment_left", "case_closed"]),
                            ),
                            _connector="OR",
                        ),
                        name="training_closed_by_something_else_once_it_is_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("completed_on__isnull", False), ("outcome", "completed")),
                            models.Q(
                                models.Q(("outcome", "completed"), _negated=True),
                                ("completed_on", None),
                            ),
                            _connector="OR",
                        ),
                        name="training_completed_on_some_day",
                    ),
                ],
            },
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
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "named_by",
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=200)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"), name="unit_code_once_per_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Element",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="elements",
                        to="certification.unit",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"), name="element_code_once_per_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "element",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteria",
                        to="certification.element",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("desempeno", "Performance"),
                            ("producto", "Product"),
                            ("actitud", "Attitude"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"), name="criterion_code_once_per_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="certification.standardversion",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="certification.instrument",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="certification.criterion",
                    ),
                ),
                (
                    "knowledge",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="certification.knowledge",
                    ),
                ),
                ("text", models.TextField()),
                ("weight", models.PositiveIntegerField()),
                (
                    "scale",
                    models.CharField(
                        choices=[
                            ("si_no", "Yes or no"),
                            ("si_no_na", "Yes, no or not applicable"),
                            ("medicion", "Measurement"),
                            ("opcion_multiple", "Multiple choice"),
                        ],
                        max_length=20,
                    ),
                ),
                ("critical", models.BooleanField(default=False)),
                ("safety", models.BooleanField(default=False)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("minimum", models.DecimalField(decimal_places=4, max_digits=10, null=True)),
                ("maximum", models.DecimalField(decimal_places=4, max_digits=10, null=True)),
                ("na_reason", models.CharField(blank=True, max_length=200)),
                (
                    "photo",
                    models.CharField(
                        choices=[
                            ("ninguna", "No photo"),
                            ("opcional", "Photo if wanted"),
                            ("obligatoria", "Photo needed"),
                        ],
                        default="ninguna",
                        max_length=12,
                    ),
                ),
                ("options", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_version", "code"), name="item_code_once_per_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("criterion", None), ("knowledge__isnull", False)),
                            models.Q(("criterion__isnull", False), ("knowledge", None)),
                            _connector="OR",
                        ),
                        name="item_belongs_to_a_criterion_or_to_knowledge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0), ("weight__lte", 10000)),
                        name="item_weighs_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("critical", False),
                            models.Q(("scale", "si_no_na"), _negated=True),
                            _connector="OR",
                        ),
                        name="item_critical_is_never_not_applicable",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("scale", "medicion"), _negated=True),
                            ("minimum__isnull", False),
                            ("maximum__isnull", False),
                            _connector="OR",
                        ),
                        name="item_measurement_has_a_limit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_id", models.UUIDField(unique=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="certification.assessmentsession",
                    ),
                ),
                ("device", models.UUIDField()),
                ("seq", models.PositiveIntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="certification.item",
                    ),
                ),
                ("value", models.CharField(max_length=20, verbose_name="what was observed")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "read_aloud",
                    models.BooleanField(default=False, verbose_name="read aloud to the person"),
                ),
                ("observed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "paper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="certification.paperform",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "device", "seq"),
                        name="observation_one_per_device_and_sequence",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemResolution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resolutions",
                        to="certification.assessment",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.item",
                    ),
                ),
                (
                    "observation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.observation",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("annulled_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("annulled_at", None)),
                        fields=("assessment", "item"),
                        name="resolution_one_per_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="resolution_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("client_id", models.UUIDField(unique=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="certification.assessment",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="certification.assessmentsession",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.item",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("photo", "Photo"),
                            ("signature", "Signature"),
                            ("document", "Paper"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "signs",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("candidate_start", "Candidate, at the start"),
                            ("evaluator_start", "Evaluator, at the start"),
                            ("candidate_end", "Candidate, at the end"),
                            ("evaluator_end", "Evaluator, at the end"),
                        ],
                        max_length=20,
                        verbose_name="who signs",
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, max_length=240, verbose_name="name of who signs"),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=genesis.lib.storage.private,
                        upload_to="",
                        verbose_name="file",
                    ),
                ),
                (
                    "preview",
                    models.FileField(
                        blank=True,
                        storage=genesis.lib.storage.private,
                        upload_to="",
                        verbose_name="small picture",
                    ),
                ),
                ("media_type", models.CharField(blank=True, max_length=20)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("kept_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("phone", "Telephone without signal"),
                            ("page", "Page with signal"),
                            ("paper", "Paper form"),
                        ],
                        max_length=10,
                    ),
                ),
                ("device", models.UUIDField()),
                (
                    "paper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="certification.paperform",
                    ),
                ),
                ("counts", models.BooleanField(default=True)),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["photo", "signature", "document"]),
                            ("media_type__in", ["", "image/jpeg", "application/pdf"]),
                            ("source__in", ["phone", "page", "paper"]),
                        ),
                        name="evidence_codes_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kept_sha256__regex", "^[0-9a-f]{64}$"),
                                ("sha256__regex", "^[0-9a-f]{64}$"),
                                models.Q(("file", ""), _negated=True),
                            ),
                            models.Q(
                                ("file", ""),
                                ("kept_sha256", ""),
                                ("kind", "signature"),
                                ("sha256", ""),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_has_a_file_or_the_name_of_who_signs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "signature"),
                                (
                                    "signs__in",
                                    [
                                        "candidate_start",
                                        "evaluator_start",
                                        "candidate_end",
                                        "evaluator_end",
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(("kind", "signature"), _negated=True),
                                ("name", ""),
                                ("signs", ""),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_is_signed_by_somebody_or_is_no_signature",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "photo"), ("media_type", "image/jpeg")),
                            models.Q(("kind", "document"), ("media_type", "application/pdf")),
                            models.Q(
                                ("kind", "document"),
                                ("media_type", "image/jpeg"),
                                ("source", "paper"),
                            ),
                            models.Q(
                                ("item", None),
                                ("kind", "signature"),
                                ("media_type__in", ["", "image/jpeg"]),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_is_of_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "document"), ("paper__isnull", False), ("source", "paper")
                            ),
                            models.Q(models.Q(("source", "paper"), _negated=True), ("paper", None)),
                            _connector="OR",
                        ),
                        name="evidence_of_a_paper_says_of_which",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sha256", ""), _negated=True),
                        fields=("assessment", "sha256"),
                        name="evidence_same_file_once_per_assessment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "receipt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict",
                        to="certification.receipt",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflicts",
                        to="certification.assessment",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certification.item",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="what the telephone noted"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "kept_value",
                    models.CharField(blank=True, max_length=20, verbose_name="what counts"),
                ),
                ("why", models.CharField(max_length=300, verbose_name="why it was not taken")),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settlement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("taken", "What the telephone noted counts"),
                            ("dismissed", "What the system has stays"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "conflict",
                "verbose_name_plural": "conflicts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reason", ""),
                                ("settled_at", None),
                                ("settled_by", None),
                                ("settlement", ""),
                            ),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                ("settlement__in", ["taken", "dismissed"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="conflict_settled_by_somebody_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standard_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_keys",
                        to="certification.standardversion",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_key",
                        to="certification.item",
                    ),
                ),
                ("key", models.CharField(max_length=5)),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="certification.assessment",
                    ),
                ),
                (
                    "verifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("conforms", "Conforms"),
                            ("returned", "Returned to the evaluator"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("checklist", models.JSONField(default=list, verbose_name="what was checked")),
                ("items", models.JSONField(default=list, verbose_name="items")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "returned"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="verification_returned_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["conforms", "returned"])),
                        name="verification_outcome_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="certification.assessment",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="certification.decision",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("in_person", "In person"),
                            ("phone", "By telephone"),
                            ("written", "In writing"),
                        ],
                        max_length=10,
                        verbose_name="how it was said",
                    ),
                ),
                ("grounds", models.TextField(verbose_name="grounds")),
                ("lodged_on", models.DateField(verbose_name="lodged on")),
                ("lodged_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "lodged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_on", models.DateField(verbose_name="to be resolved by")),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirmed", "The decision stands"),
                            (
                                "revoked",
                                "The decision is taken back: the portfolio is verified anew",
                            ),
                            ("repeat", "The assessment is repeated with another evaluator"),
                        ],
                        max_length=10,
                        verbose_name="resolution",
                    ),
                ),
                ("reasons", models.TextField(blank=True, verbose_name="reasons")),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal",
                "verbose_name_plural": "appeals",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)),
                        fields=("assessment",),
                        name="appeal_one_open_per_assessment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grounds", ""), _negated=True),
                            ("channel__in", ["in_person", "phone", "written"]),
                        ),
                        name="appeal_says_why_and_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reasons", ""),
                                ("resolution", ""),
                                ("resolved_at", None),
                                ("resolved_by", None),
                            ),
                            models.Q(
                                models.Q(("reasons", ""), _negated=True),
                                ("resolution__in", ["confirmed", "revoked", "repeat"]),
                                ("resolved_at__isnull", False),
                                ("resolved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_resolved_by_somebody_with_reasons",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppealSeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="certification.appeal",
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
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "named_by",
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
                        fields=("appeal", "user"), name="appeal_seat_one_per_person"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="appeal",
            name="panel",
            field=models.ManyToManyField(
                related_name="+",
                through="certification.AppealSeat",
                through_fields=("appeal", "user"),
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
    operations = together(operations)
