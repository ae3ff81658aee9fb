"""The ASGI door: a lean application without Django's handler, for the delivery plane.

It wants the raw target (`raw_path`, which ASGI leaves optional and Granian and uvicorn both give), because
signatures are made over it. Whole files on disk are sent by nginx where one is in front, else by the server
where it offers `pathsend`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from apps.accounts.request_id import (
    choose_request_id,
    current_request_id,
    current_trace_id,
    read_trace_id,
)
from apps.delivery.answer import answer
from apps.delivery.files import StoredFile
from apps.delivery.messages import DeliveryRequest, DeliveryResponse, fold_headers
from apps.delivery.ports import Ports
from apps.images.storage import renditions

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PATHSEND = "http.response.pathsend"
_ACCEL = "x-accel-redirect"
_REQUEST_ID = "x-request-id"


class DeliveryApplication:
    """`open_ports` is entered when the server starts and left when it stops.

    `accel_prefix` is the internal location under which nginx finds the renditions; empty without one.
    """

    def __init__(
        self, open_ports: Callable[[], AbstractAsyncContextManager[Ports]], *, accel_prefix: str = ""
    ) -> None:
        self._open_ports = open_ports
        self._accel_prefix = accel_prefix
        self._ports: Ports | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            if self._ports is None:
                raise RuntimeError("the server must run ASGI's lifespan")
            request = read_request(scope)
            request_id = enter_request(request, is_trusted=self._ports.trusted_proxies > 0)
            response = await answer(request, self._ports)
            response = as_redirect(response, self._accel_prefix)
            await send_response(response, scope, send, request_id=request_id)
        else:
            raise ValueError(f"delivery does not speak {scope['type']}")

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            await receive()  # lifespan.startup
            self._ports = await stack.enter_async_context(self._open_ports())
            await send({"type": "lifespan.startup.complete"})
            await receive()  # lifespan.shutdown
        await send({"type": "lifespan.shutdown.complete"})


def enter_request(request: DeliveryRequest, *, is_trusted: bool) -> str:
    """Note the request's id and trace for every log line of this task, and return the id."""
    request_id = choose_request_id(request.header(_REQUEST_ID), is_trusted=is_trusted)
    current_request_id.set(request_id)
    current_trace_id.set(read_trace_id(request.header("traceparent")))
    return request_id


def read_request(scope: Mapping[str, Any]) -> DeliveryRequest:
    """Return the request a scope describes; its body, should there be one, is never read."""
    target: bytes = scope["raw_path"]
    if query := scope["query_string"]:
        target += b"?" + query
    peer, _ = scope.get("client") or ("", 0)  # none over a unix socket
    return DeliveryRequest(scope["method"], target, fold_headers(scope["headers"]), peer)


def as_redirect(response: DeliveryResponse, accel_prefix: str) -> DeliveryResponse:
    """Return a whole file on disk as word to nginx of where it is, and every other response as it is."""
    body = response.body
    if response.status != HTTPStatus.OK:  # nginx would answer a fallback's 404 with 200
        return response
    if not (accel_prefix and isinstance(body, StoredFile) and body.is_whole and body.path is not None):
        return response
    if body.storage is not renditions():  # nginx finds no originals
        return response
    place = accel_prefix + quote(body.storage_key)
    return replace(response, headers={**response.headers, "content-length": "0", _ACCEL: place}, body=b"")


async def send_response(
    response: DeliveryResponse, scope: Mapping[str, Any], send: Send, *, request_id: str
) -> None:
    """Send the head, then the body in the cheapest way the server knows."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((_REQUEST_ID.encode("latin-1"), request_id.encode("latin-1")))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    body = response.body
    if not isinstance(body, StoredFile):
        await send({"type": "http.response.body", "body": body})
    elif body.is_whole and body.path is not None and _PATHSEND in (scope.get("extensions") or {}):
        await send({"type": _PATHSEND, "path": body.path})
    else:
        async for chunk in body.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
