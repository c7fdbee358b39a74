"""The keys of the certifying body: one is in use, old ones still vouch, lost ones do not."""

from django.db import transaction
from django.utils import timezone

from certification.actions.archives import sign_all_archives, sign_waiting_archives
from certification.choices import KeyState
from certification.models import Certificate, SigningKey, StatusList
from genesis.lib.background import FRESH, enqueue
from genesis.lib.states import lock


@transaction.atomic
def take_key(public: str) -> SigningKey:
    """Sign with this key from now on; the one before is retired, and what it signed holds."""
    now = timezone.now()
    SigningKey.objects.active().update(state=KeyState.RETIRED, ended_at=now)
    key = SigningKey.objects.create(public=public, active_from=now)
    sign_all_lists()
    sign_waiting_archives()
    return key


@transaction.atomic
def retire_key(key: SigningKey) -> SigningKey:
    """Sign nothing more with a key; what it signed holds."""
    return _end(key, KeyState.RETIRED)


@transaction.atomic
def give_up_key(key: SigningKey) -> list[Certificate]:
    """Trust a key no more, as somebody else may have it; return what is to be issued anew.

    What has expired is not: whoever holds it is assessed again.
    """
    key = _end(key, KeyState.COMPROMISED)
    sign_all_lists()
    sign_all_archives()
    affected = key.certificates.exclude(replaced_by__isnull=False).exclude(state="revoked")
    return list(affected.exclude(valid_until__lt=timezone.localdate()).order_by("pk"))


def _end(key: SigningKey, state: KeyState) -> SigningKey:
    """End a key; one that was given away stays so, whatever else is said of it later."""
    key = lock(key)
    if key.state == KeyState.COMPROMISED:
        return key
    key.state, key.ended_at = state, key.ended_at or timezone.now()
    key.save(update_fields=["state", "ended_at"])
    return key


def sign_all_lists() -> None:
    """Have every list signed again, by the key that is in use then."""
    for each in StatusList.objects.order_by("number"):
        sign_again(each)


def sign_again(status_list: StatusList) -> None:
    """Have a list signed again after what changes its bits, which commits with this."""
    StatusList.objects.filter(pk=status_list.pk).update(**FRESH, changed_at=timezone.now())
    enqueue("certification.tasks.sign_status_list", list_id=status_list.pk)
