"""Giving hosts to accounts. It is the operator's to do: a name has to lead here, and have a certificate.

Nobody else can tell whose a name is. An account that could claim one by itself could claim another's.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.cdn.keys import account_key
from apps.cdn.services import PurgeState, finish_purge, request_purge
from apps.images.errors import HostNotFound, HostTaken
from apps.images.hosts import read_host_name
from apps.images.models import DeliveryHost


def add_host(*, account: Account, name: str, actor: Actor) -> DeliveryHost:
    """Have links on a host be the account's; raises BadHostName or HostTaken."""
    host = DeliveryHost(account=account, name=read_host_name(name))
    try:
        with transaction.atomic():
            host.save(force_insert=True)
            record_event(account=account, actor=actor, action="host.added", object_id=host.name)
    except IntegrityError as error:
        is_own = DeliveryHost.objects.in_account(account).filter(name=host.name).exists()
        raise HostTaken(host.name, is_own=is_own) from error
    return host


def remove_host(*, name: str, actor: Actor) -> PurgeState:
    """Have a host be nobody's, and caches forget what they show on it; raises BadHostName or HostNotFound."""
    name = read_host_name(name)
    with transaction.atomic():
        host = DeliveryHost.objects.select_for_update().filter(name=name).first()
        if host is None:
            raise HostNotFound(name)
        record_event(account=host.account, actor=actor, action="host.removed", object_id=host.name)
        keys = [account_key(host.account_id)]
        purge = request_purge(account=host.account, keys=keys, reason="host removed")
        host.delete()
    return finish_purge(purge)
