"""What the actions of the registry send away: mail to staff, without anybody's name."""

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from beneficiaries.models import AccessNotice
from genesis.lib.background import attempt


@shared_task(acks_late=True)
def mail_access_notice(*, notice_id: int) -> None:
    """Tell by mail whoever was told in the list, once, however often this runs."""
    with attempt(AccessNotice, notice_id) as notice:
        if notice and notice.mailed_at is None:
            with translation.override("es"):
                where = settings.SITE_URL + reverse("beneficiaries:access_list")
                send_mail(
                    _("Somebody opened a file in an emergency"),
                    _("Look at who it was and why, and review it: {where}").format(where=where),
                    None,
                    [notice.to.email],
                )
            notice.mailed_at = timezone.now()
            notice.save(update_fields=["mailed_at"])
