"""`GET images/v1/usage`: what the account used, day by day. An extension."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.views.base import AccountView
from apps.usage.models import DailyUsage

_USUAL_DAYS = 30
_MAX_DAYS = 366
_COUNTS = (
    "uploads",
    "uploaded_bytes",
    "renders",
    "rendered_bytes",
    "requests",
    "hits",
    "sent_bytes",
    "edge_hits",
    "edge_bytes",
)

# What the reference shows: one day's counts, and the sums of that day.
_EXAMPLE = {
    "uploads": 2,
    "uploaded_bytes": 4_691_356,
    "renders": 8,
    "rendered_bytes": 401_122,
    "requests": 310,
    "hits": 302,
    "sent_bytes": 9_127_440,
    "edge_hits": 18_201,
    "edge_bytes": 501_220_117,
}


class Usage(AccountView):
    class Query(serializers.Serializer[Any]):
        """`since` and `until` are days of UTC, both counted."""

        since = serializers.DateField(required=False)
        until = serializers.DateField(required=False)

        def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
            until = attrs.get("until", timezone.now().date())
            usual = min(timedelta(days=_USUAL_DAYS - 1), until - date.min)
            since = attrs.get("since", until - usual)
            if not 0 <= (until - since).days < _MAX_DAYS:
                raise serializers.ValidationError(f'"since" to "until" is 1 to {_MAX_DAYS} days')
            return {"since": since, "until": until}

    class Output(serializers.Serializer[Any]):
        """Every day of the span, those without use too, and the sums."""

        class Counts(serializers.Serializer[Any]):
            uploads = serializers.IntegerField()
            uploaded_bytes = serializers.IntegerField()
            renders = serializers.IntegerField()
            rendered_bytes = serializers.IntegerField()
            requests = serializers.IntegerField()
            hits = serializers.IntegerField()
            sent_bytes = serializers.IntegerField()
            edge_hits = serializers.IntegerField()
            edge_bytes = serializers.IntegerField()

        class Day(Counts):
            date = serializers.DateField()

        example = {"days": [{"date": "2026-01-31"} | _EXAMPLE], "totals": _EXAMPLE}

        days = Day(many=True)
        totals = Counts()

    @describe(
        "Usage",
        "Get the usage",
        text=(
            "By days of UTC, `since` and `until` counted: the last 30 unless they say. `requests` are those "
            "for pictures that reached the origin, past caches in front; `hits` of them were stored already. "
            "They are counted some seconds late. `edge_hits` are what our edge answered alone, where the "
            "operator has its log read. An extension."
        ),
        query=Query,
        result=Output,
    )
    def get(self, request: Request, account_id: str) -> Response:
        """Return every day of the span, those without use too, and the sums."""
        query = self.Query(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        days = _list_days(**query.validated_data)
        rows = DailyUsage.objects.in_account(self.account).filter(day__range=(days[0], days[-1]))
        counted = {row.day: {name: getattr(row, name) for name in _COUNTS} for row in rows}
        unused = dict.fromkeys(_COUNTS, 0)
        series = [{"date": day.isoformat(), **counted.get(day, unused)} for day in days]
        totals = {name: sum(count[name] for count in counted.values()) for name in _COUNTS}
        return answer({"days": series, "totals": totals})


def _list_days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]
