"""With which key credentials are signed, and the lists that say which were revoked."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.choices import KeyState
from genesis.lib.background import Work, WorkState
from genesis.lib.storage import private


class SigningKeyQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state=KeyState.ACTIVE)

    def trusted(self):
        """Those whose signatures hold: a key that was given away vouches for nothing."""
        return self.exclude(state=KeyState.COMPROMISED)


class SigningKey(models.Model):
    """The public part of a key; the private one lies with the worker that signs, and only there."""

    public = models.CharField(max_length=60, unique=True)  # as a multikey, which is its name too
    algorithm = models.CharField(max_length=10, default="Ed25519")
    state = models.CharField(max_length=12, choices=KeyState, default=KeyState.ACTIVE)
    active_from = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(
                name="signing_key_one_is_active", fields=["state"], condition=Q(state="active")
            ),
            models.CheckConstraint(
                name="signing_key_active_until_it_ended",
                condition=Q(state="active", ended_at=None)
                | Q(state__in=["retired", "compromised"], ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.public


class StatusList(Work):
    """One bit for each certificate, set once it is revoked or replaced.

    The bits follow from the certificates; what is kept is their signed form. To
    set one is work in the background, as the key lies with the worker that signs.
    """

    SIZE = 131_072  # fewer would tell which certificate somebody asks about

    number = models.PositiveIntegerField(unique=True)
    changed_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(blank=True)
    token = models.TextField(blank=True)  # the same as a JWT
    key = models.ForeignKey(SigningKey, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("list of revoked certificates")
        verbose_name_plural = _("lists of revoked certificates")
        constraints = [
            models.CheckConstraint(
                name="status_list_signed_with_a_key_at_some_time",
                condition=Q(text="", key=None, signed_at=None)
                | (~Q(text="") & Q(key__isnull=False, signed_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"{self.number}"


class ArchiveQuerySet(models.QuerySet):
    def to_be_had(self):
        """Those that anybody may have: none that names a key which was given away as trusted.

        Once a key is, all are made again: until then they are not shown.
        """
        made = self.filter(work_state=WorkState.DONE).exclude(file="")
        return made.filter(key__in=SigningKey.objects.trusted())


class Archive(Work):
    """What a year leaves behind, signed: who signed, what was revoked, and what was issued.

    For whoever checks a certificate after the site is gone. Of certificates it holds the
    digests of their credentials and nothing else: who has one finds it, nobody is found by it.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    file = models.FileField(storage=private, upload_to="archives", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    key = models.ForeignKey(SigningKey, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly archive")
        verbose_name_plural = _("yearly archives")
        constraints = [
            models.CheckConstraint(
                name="archive_signed_with_a_key_at_some_time",
                condition=Q(file="", sha256="", key=None, signed_at=None)
                | (~Q(file="") & ~Q(sha256="") & Q(key__isnull=False, signed_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"{self.year}"

    @property
    def is_final(self):
        """Whether it was signed when its year was over."""
        return self.signed_at is not None and timezone.localdate(self.signed_at).year > self.year
