"""`GET images/v1/explain`: how a delivery link would be answered, and why. An extension."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Scope
from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.explanation_output import ExplanationOutput
from apps.api.views.base import AccountView
from apps.images.explanation import Question, explain_link


class Explain(AccountView):
    class Query(serializers.Serializer[Any]):
        """`header` is `Name: value`, and may be given several times."""

        url = serializers.CharField(max_length=9_000, trim_whitespace=False)
        accept = serializers.CharField(required=False, default="", max_length=1_000)
        header = serializers.ListField(
            child=serializers.RegexField(r"^[A-Za-z0-9-]{1,100}: ?[^\r\n]*$", max_length=1_000),
            required=False,
            default=list,
            max_length=50,
        )

    @describe(
        "Delivery",
        "Explain a link",
        text=(
            "Tells how a delivery link (`url`, or its path and query) would be answered now to a viewer who "
            "sends `accept` and each `header` (`Name: value`): access, recipe, plan, format, key, who would "
            "make it at which predicted cost, status and headers; and where in a bad link the fault is. "
            "Nothing is rendered. Of links of other accounts nothing is told. What a right signature were is "
            "told to tokens that may edit. An extension."
        ),
        query=Query,
        result=ExplanationOutput,
    )
    def get(self, request: Request, account_id: str) -> Response:
        query = self.Query(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        pairs = (header.partition(":") for header in asked["header"])
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        if asked["accept"]:
            headers["accept"] = asked["accept"]
        told = explain_link(
            Question(
                url=asked["url"],
                headers=headers,
                account=self.account,
                tells_signatures=self.token.allows(Scope.EDIT),
            )
        )
        return answer(asdict(told))
