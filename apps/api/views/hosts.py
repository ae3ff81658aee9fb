"""`GET images/v1/hosts`: the hosts that are the account's. An extension.

They are given by the operator of the server (`manage.py add_host`), who alone can tell whose a name is.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.views.base import AccountView
from apps.images.models import DeliveryHost


class HostsOutput(serializers.Serializer[Any]):
    example = {"hosts": ["img.example.com"]}

    hosts = serializers.ListField(child=serializers.CharField())


class HostList(AccountView):
    @describe(
        "Configuration",
        "List the account's hosts",
        text=(
            "On them, links may stand below `/cdn-cgi/imagedelivery/`. An extension; the operator of the "
            "server gives hosts to accounts."
        ),
        result=HostsOutput,
    )
    def get(self, request: Request, account_id: str) -> Response:
        hosts = DeliveryHost.objects.in_account(self.account)
        return answer({"hosts": [host.name for host in hosts]})
