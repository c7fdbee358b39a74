"""Papers and photos of a person: looked into, made anew, replaced or voided, never gone."""

import uuid

from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import ATTACHMENT_CLASSES, AttachmentKind
from beneficiaries.models.attentions import voided_with_a_reason
from beneficiaries.models.cases import Case
from beneficiaries.models.consents import Consent
from beneficiaries.models.people import IdentityDocument, Person, Trip, WorkExperience
from genesis.lib.storage import private
from genesis.lib.uploads import JPEG, PDF

FOLDER = "attachments"
SUM = "^[0-9a-f]{64}$"
# What a paper may belong to: each is a column of its own, and at most one is filled.
ABOUT = {
    "identity_document": IdentityDocument,
    "consent": Consent,
    "job": WorkExperience,
    "trip": Trip,
    "case": Case,
}


def kinds_of(level):
    return [each.value for each in AttachmentKind if ATTACHMENT_CLASSES[each] == level]


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(person__in=Person.objects.visible_to(user))

    def standing(self):
        """Those that were not voided; also the ones that a newer one replaced."""
        return self.filter(voided_at=None)

    def current(self):
        return self.standing().filter(replaced_at=None)

    def of_classes(self, levels):
        return self.filter(kind__in=[kind for level in levels for kind in kinds_of(level)])


def belongs_to(name):
    return models.ForeignKey(
        ABOUT[name], null=True, blank=True, on_delete=models.PROTECT, related_name="attachments"
    )


class Attachment(models.Model):
    """One file about a person, as it was made anew; a newer one replaces it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(_("kind"), max_length=15, choices=AttachmentKind)
    on = models.DateField(_("day of the paper"), null=True, blank=True)
    identity_document = belongs_to("identity_document")
    consent = belongs_to("consent")
    job = belongs_to("job")
    trip = belongs_to("trip")
    case = belongs_to("case")
    file = models.FileField(_("file"), storage=private, max_length=100, editable=False)
    preview = models.FileField(
        _("small picture"), storage=private, max_length=100, blank=True, editable=False
    )
    media_type = models.CharField(max_length=20, editable=False)
    size = models.PositiveIntegerField(editable=False)  # bytes of what is kept
    sha256 = models.CharField(max_length=64, editable=False)  # of what was sent
    kept_sha256 = models.CharField(max_length=64, editable=False)  # of what is kept
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", editable=False
    )
    replaced_at = models.DateTimeField(null=True, editable=False)
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    voided_at = models.DateTimeField(null=True, editable=False)
    voided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    voided_reason = models.CharField(
        _("reason why it was voided"), max_length=300, blank=True, editable=False
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper or photo")
        verbose_name_plural = _("papers and photos")
        constraints = [
            models.CheckConstraint(
                name="attachment_codes_are_known",
                condition=Q(kind__in=AttachmentKind.values, media_type__in=[JPEG, PDF]),
            ),
            models.CheckConstraint(
                name="attachment_has_a_file_and_its_sums",
                condition=~Q(file="") & Q(size__gt=0, sha256__regex=SUM, kept_sha256__regex=SUM),
            ),
            models.CheckConstraint(
                name="attachment_belongs_to_one_thing_at_most",
                condition=LessThanOrEqual(
                    Func(
                        *[F(name) for name in ABOUT],
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
            ),
            models.CheckConstraint(
                name="attachment_of_a_consent_is_its_paper",
                condition=Q(consent=None) | Q(kind="consent"),
            ),
            models.CheckConstraint(
                name="attachment_voided_with_a_reason", condition=voided_with_a_reason()
            ),
            models.UniqueConstraint(
                name="attachment_same_file_once_per_person",
                fields=["person", "sha256"],
                condition=Q(voided_at=None),
            ),
            models.UniqueConstraint(
                name="attachment_one_photo_of_a_person",
                fields=["person"],
                condition=Q(kind="photo", voided_at=None, replaced_at=None),
            ),
        ]
        indexes = [models.Index(name="attachment_latest", fields=["person", "-uploaded_at", "-id"])]

    def __str__(self):
        return str(self.get_kind_display())

    @property
    def level(self):
        """The class of data that it holds."""
        return ATTACHMENT_CLASSES[AttachmentKind(self.kind)]

    @property
    def is_photo(self):
        return self.kind == AttachmentKind.PHOTO

    @property
    def about(self):
        """What it belongs to, if anything."""
        return next((each for name in ABOUT if (each := getattr(self, name))), None)


class AttachmentText(models.Model):
    """What people wrote of a file (D4): a title may say what the file is closed for."""

    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="text")
    title = models.CharField(_("title"), max_length=120, blank=True)
    original_name = models.CharField(
        _("name of the file"), max_length=150, blank=True, editable=False
    )

    def __str__(self):
        return self.title


def photo_of(person):
    """The public id of the photo that a person has now, for a queryset; her consent is asked."""
    photos = Attachment.objects.current().filter(person=OuterRef(person), kind=AttachmentKind.PHOTO)
    return Subquery(photos.values("public_id")[:1])
