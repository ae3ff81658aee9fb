"""A bucket: the few verbs of S3 that we use, over real HTTP, for boto3 to talk to. Signatures are checked."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BUCKET, ACCESS_KEY, SECRET_KEY, REGION = "pictures", "AKIAORCHARD", "a secret among trees", "us-east-1"
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/.*SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)")


class Bucket(ThreadingHTTPServer):
    """What it holds is in `files`; what it was asked, in `asked`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, str]] = []  # verb, key, range

    @property
    def options(self) -> dict[str, Any]:
        """What BucketStorage needs to reach it."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": f"http://127.0.0.1:{self.server_port}",
            "region_name": REGION,
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "addressing_style": "path",
        }


@contextmanager
def serving_bucket() -> Iterator[Bucket]:
    with Bucket() as bucket:
        thread = threading.Thread(target=bucket.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield bucket
        finally:
            bucket.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        if (key := self._admit()) is not None:
            self.server.files[key] = self.rfile.read(int(self.headers["content-length"]))
            self._answer(200)

    def do_DELETE(self) -> None:
        if (key := self._admit()) is not None:
            self.server.files.pop(key, None)
            self._answer(204)

    def do_GET(self) -> None:
        key = self._admit()
        if key is None:
            return
        data = self.server.files.get(key)
        if data is None:
            self._refuse(404, "NoSuchKey")
        elif (asked := self.headers["range"]) is not None:
            start, end = (int(number) for number in asked.removeprefix("bytes=").split("-"))
            part = data[start : end + 1]
            told = f"bytes {start}-{start + len(part) - 1}/{len(data)}"
            self._answer(206, part, {"content-range": told})
        else:
            self._answer(200, data)

    do_HEAD = do_GET

    def _admit(self) -> str | None:
        """Return the key that is asked for; None after an answer that refuses."""
        bucket, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        self.server.asked.append((self.command, key, self.headers["range"] or ""))
        if not self._is_signed():
            self._refuse(403, "SignatureDoesNotMatch")
        elif bucket != BUCKET:
            self._refuse(404, "NoSuchBucket")
        else:
            return key
        return None

    def _is_signed(self) -> bool:
        signed = _SIGNED.match(self.headers["authorization"] or "")
        if signed is None or signed[1] != ACCESS_KEY:
            return False
        url = f"http://{self.headers['host']}{self.path}"
        headers = {name: self.headers[name] for name in signed[2].split(";")}
        request = AWSRequest(self.command, url, headers=headers)
        request.context["timestamp"] = self.headers["x-amz-date"]
        auth = S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION)
        canonical = auth.canonical_request(request)
        return bool(auth.signature(auth.string_to_sign(request, canonical), request) == signed[3])

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refuse(self, status: int, code: str) -> None:
        if self.command == "PUT":
            self.rfile.read(int(self.headers["content-length"]))
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
        self._answer(status, text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""
