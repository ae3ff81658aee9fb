"""Signing keys on the wire (catalogue §2.3, §2.8)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Scope
from apps.api.envelope import Note, answer
from apps.api.views.base import AccountView
from apps.signing.models import SigningKey
from apps.signing.services import delete_signing_key, put_signing_key, reveal_values

_NAMES_ONLY = Note(5200, "The values of signing keys are shown to tokens with the scope images:edit only")


class KeyView(AccountView):
    def show_keys(self) -> Response:
        """Answer with all keys; whoever may only read sees no values, with which links can be made."""
        if not self.token.allows(Scope.EDIT):
            names = SigningKey.objects.in_account(self.account).values_list("name", flat=True)
            return answer({"keys": [{"name": name} for name in names]}, messages=[_NAMES_ONLY])
        values = reveal_values(account=self.account, actor=self.actor)
        return answer({"keys": [{"name": name, "value": value} for name, value in values.items()]})


class KeyList(KeyView):
    def get(self, request: Request, account_id: str) -> Response:
        return self.show_keys()


class KeyDetail(KeyView):
    """The SDKs announce JSON here and send nothing: no body is read."""

    def put(self, request: Request, account_id: str, name: str) -> Response:
        put_signing_key(account=self.account, name=name, actor=self.actor)
        return self.show_keys()

    def delete(self, request: Request, account_id: str, name: str) -> Response:
        delete_signing_key(account=self.account, name=name, actor=self.actor)
        return self.show_keys()
