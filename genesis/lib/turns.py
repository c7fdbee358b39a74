"""How often a public page may be asked: from one place, and by everybody together."""

import time
from ipaddress import ip_network

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.crypto import salted_hmac


def take_turn(what: str, address: str | None, *, of_one: int, of_all: int, seconds: int) -> bool:
    """Count one more of `what` from an address, unless there were enough lately.

    One after the other, so that no two are counted as one; what is refused
    does not count. Addresses are kept for that time, as seals that lead back to
    none; of IPv6, whose addresses are countless, what one line has in common.
    """
    network = ip_network(f"{address}/64", strict=False) if ":" in (address or "") else address
    who = salted_hmac(what, str(network), algorithm="sha256").hexdigest()
    return take(what, who, of_one=of_one, of_all=of_all, seconds=seconds)


@transaction.atomic
def take(what: str, who: str, *, of_one: int, of_all: int, seconds: int) -> bool:
    """The same for somebody who is known by another name than an address."""
    name = f"turns:{what}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    now = time.time()
    recent = [turn for turn in cache.get(name, []) if turn[0] > now - seconds]
    if len(recent) >= of_all or [each for _at, each in recent].count(who) >= of_one:
        return False
    cache.set(name, [*recent, (now, who)], seconds)
    return True
