"""What all views of the API have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.actor import Actor
from apps.accounts.models import Account, ApiToken
from apps.api.authentication import shown_token
from apps.api.rate_limits import Limit, list_limits, rate_headers, take


class AlwaysJson(BaseContentNegotiation):
    """Answers in the one form there is, whatever Accept says: the SDKs ask for `image/*` in places."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> None:
        """No parsers: views read bodies themselves, with limits, from `json_object` and `form`."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ApiView(APIView):
    """A view whose caller showed a token; nothing it answers is ever kept by a cache."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = AlwaysJson
    parser_classes = ()
    limits: Callable[[ApiToken], Sequence[Limit]] = staticmethod(list_limits)
    rate_headers: Mapping[str, str] = {}

    def check_permissions(self, request: Request) -> None:
        """Count the request, then judge it: those that are refused count too. Raises TooManyRequests."""
        self.count_request()
        super().check_permissions(request)

    def count_request(self) -> None:
        self.rate_headers = rate_headers(take(self.limits(self.token)))

    @property
    def token(self) -> ApiToken:
        return shown_token(self.request)

    @property
    def wire_request(self) -> HttpRequest:
        """Django's own request, for those who read the body."""
        return self.request._request

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Cache-Control"] = "no-store"
        for name, value in self.rate_headers.items():
            finished[name] = value
        return finished


class AccountView(ApiView):
    """A view below `/accounts/{account_id}/`; permission has checked that the token is of that account."""

    @property
    def account(self) -> Account:
        return self.token.account

    @property
    def actor(self) -> Actor:
        return Actor(
            token_id=self.token.pk,
            address=self.request.META.get("REMOTE_ADDR") or None,
            request_id=getattr(self.request, "request_id", ""),
        )
