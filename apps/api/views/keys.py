"""Signing keys on the wire (catalogue §2.3, §2.8)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Scope
from apps.api.description import describe
from apps.api.envelope import Note, answer
from apps.api.views.base import AccountView
from apps.signing.errors import BadKeyName, SigningKeyNotFound, TooManySigningKeys
from apps.signing.models import SigningKey
from apps.signing.services import delete_signing_key, put_signing_key, reveal_values

_NAMES_ONLY = Note(5200, "The values of signing keys are shown to tokens with the scope images:edit only")


class KeyView(AccountView):
    class Output(serializers.Serializer[Any]):
        """All keys of the account, by their names."""

        class Key(serializers.Serializer[Any]):
            name = serializers.CharField()
            value = serializers.CharField()

            sometimes = ("value",)

        example = {"keys": [{"name": "default", "value": "oG9oJ0ycbTkxa8nZqsvBgS3t7ee0xTvF"}]}

        keys = Key(many=True)

    def show_keys(self) -> Response:
        """Answer with all keys; whoever may only read sees no values, with which links can be made."""
        if not self.token.allows(Scope.EDIT):
            names = SigningKey.objects.in_account(self.account).values_list("name", flat=True)
            return answer({"keys": [{"name": name} for name in names]}, messages=[_NAMES_ONLY])
        values = reveal_values(account=self.account, actor=self.actor)
        return answer({"keys": [{"name": name, "value": value} for name, value in values.items()]})


class KeyList(KeyView):
    @describe(
        "Signing keys",
        "List signing keys",
        text="With their values for tokens that may edit only: whoever has them can make links.",
        result=KeyView.Output,
    )
    def get(self, request: Request, account_id: str) -> Response:
        return self.show_keys()


class KeyDetail(KeyView):
    """The SDKs announce JSON here and send nothing: no body is read."""

    @describe(
        "Signing keys",
        "Make or rotate a signing key",
        text=(
            "Needs no body. A key that is there gets a new value: links signed with the old one end at once."
        ),
        result=KeyView.Output,
        errors=[BadKeyName, TooManySigningKeys],
    )
    def put(self, request: Request, account_id: str, key_name: str) -> Response:
        put_signing_key(account=self.account, name=key_name, actor=self.actor)
        return self.show_keys()

    @describe(
        "Signing keys",
        "Delete a signing key",
        text="Links signed with it end at once. After the last one there is a fresh `default`.",
        result=KeyView.Output,
        errors=[SigningKeyNotFound],
    )
    def delete(self, request: Request, account_id: str, key_name: str) -> Response:
        delete_signing_key(account=self.account, name=key_name, actor=self.actor)
        return self.show_keys()
