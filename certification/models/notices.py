"""That the holder of a certificate is told what became of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.choices import MessageState
from beneficiaries.models import Message, Person
from certification.models.certificate_life import CertificateEvent
from certification.models.certificates import Certificate

OF = "event__certificate__assessment__person"


class HolderNoticeQuerySet(models.QuerySet):
    def to_tell(self):
        """Those of which no text says it, or none on its way: somebody tells the holder.

        Of one certificate the last: what became of it before is true no more.
        """
        put_aside = Q(message=None) | Q(message__state=MessageState.CANCELLED)
        says_nothing = Q(message__state=MessageState.SENT, message__neutral=True)
        later = self.model.objects.filter(
            event__certificate=models.OuterRef("event__certificate"), pk__gt=models.OuterRef("pk")
        )
        return self.filter(put_aside | says_nothing, ~models.Exists(later), told_at=None)

    def turn_of(self, user):
        """Those to tell, for whoever accompanies the holder; without anybody, for coordination."""
        alone = Person.objects.visible_to(user).without_caseworker()
        coordinated = user.where(Permission.ASSESSMENT_CANCEL, f"{OF}__office")
        hers = Q(**{f"{OF}__in": Person.objects.accompanied_by(user)})
        nobodys = coordinated & Q(**{f"{OF}__in": alone})
        unsent = Q(message__state=MessageState.PREPARED, told_at=None)  # whoever would send it left
        return self.filter(
            Q(pk__in=self.to_tell().values("pk")) & (hers | nobodys) | unsent & nobodys
        )

    def visible_to(self, user):
        return self.filter(event__certificate__in=Certificate.objects.visible_to(user))


class HolderNotice(models.Model):
    """One thing that became of a certificate, and how its holder learns of it.

    By a text on the way that she allowed, which somebody sends; or else told by somebody.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    event = models.OneToOneField(CertificateEvent, on_delete=models.PROTECT, related_name="notice")
    message = models.OneToOneField(
        Message, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    told_on = models.DateField(gettext_lazy("told on"), null=True)
    told_how = models.CharField(gettext_lazy("how she or he was told"), max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, editable=False)
    told_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = HolderNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("notice to the holder")
        verbose_name_plural = gettext_lazy("notices to the holder")
        constraints = [
            models.CheckConstraint(
                name="holder_told_by_somebody_some_day_somehow",
                condition=Q(told_at=None, told_by=None, told_on=None, told_how="")
                | Q(told_at__isnull=False, told_by__isnull=False, told_on__isnull=False)
                & ~Q(told_how=""),
            )
        ]

    def __str__(self):
        return str(self.event)

    def get_absolute_url(self):
        return reverse("certification:notice_record", args=[self.public_id])

    @property
    def person_id(self):
        return self.event.person_id

    @property
    def waits(self):
        """Whether somebody has to tell the holder: she was not told, and no text will say it."""
        return self.told_at is None and not self._is_written()

    def _is_written(self):
        """Whether a text has said it or waits to be sent; a neutral one asked her to call."""
        if self.message is None or self.message.state == MessageState.CANCELLED:
            return False
        return self.message.state != MessageState.SENT or not self.message.neutral

    def in_words(self):
        """How far it is."""
        if self.told_on:
            day = date_format(self.told_on, "SHORT_DATE_FORMAT")
            return _("Told on %(day)s: %(how)s") % {"day": day, "how": self.told_how}
        if self.waits:
            return _("The holder is to be told: no text has said it.")
        if self.message.state == MessageState.SENT:
            return _("The holder was written to.")
        return _("A text to the holder waits to be sent.")
