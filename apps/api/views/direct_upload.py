"""Direct creator uploads: a URL by which a browser may upload one picture, once (catalogue §7.1)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actor import Actor
from apps.accounts.errors import QuotaExceeded
from apps.api.body import longest_seconds
from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.fields import FilePart
from apps.api.focal_point import FocalPoint, pick_point, read_point
from apps.api.form import pick_tags, pick_words, read_words, receive_form
from apps.api.image_output import GuestImageOutput, show
from apps.api.json_object import read_json
from apps.api.metadata import read_metadata
from apps.api.views.base import AccountView, ApiView
from apps.api.views.images import REFUSED_FILES
from apps.images.errors import (
    BadAltText,
    BadCreator,
    BadGrantExpiry,
    BadImageId,
    BadMetadata,
    BadTags,
    GrantInUse,
    GrantNotFound,
    GrantSpent,
    ImageExists,
    PrivateCustomId,
)
from apps.images.services import find_grant, grant_upload, lease_grant, receive_upload

_REFUSED = (
    BadGrantExpiry,
    BadImageId,
    BadMetadata,
    BadCreator,
    BadAltText,
    BadTags,
    ImageExists,
    PrivateCustomId,
    QuotaExceeded,
)


class GrantView(AccountView):
    class Input(serializers.Serializer[Any]):
        example = {
            "expiry": "2030-01-01T00:00:00Z",
            "requireSignedURLs": True,
            "metadata": {"album": "fruit"},
        }

        id = serializers.CharField(default=None, allow_blank=True, allow_null=True, trim_whitespace=False)
        metadata = serializers.DictField(default=None, allow_null=True)
        requireSignedURLs = serializers.BooleanField(default=False)
        creator = serializers.CharField(
            default=None, allow_blank=True, allow_null=True, trim_whitespace=False
        )
        expiry = serializers.DateTimeField(default=None, allow_null=True)
        alt = serializers.CharField(default=None, allow_blank=True, allow_null=True, trim_whitespace=False)
        tags = serializers.ListField(child=serializers.CharField(), default=None, allow_null=True)
        focal_point = FocalPoint(default=None, allow_null=True)

    class Output(serializers.Serializer[Any]):
        """A draft's id, and the address that takes its picture."""

        example = {
            "id": "083eb7b2-5392-4565-b69e-aff66acddd00",
            "uploadURL": "https://images.example.com/client/v4/upload/Vi7wi5KSItxGFsWRG2Us6Q/d63a1e2b",
        }

        id = serializers.CharField()
        uploadURL = serializers.URLField()

    def grant(self, asked: dict[str, Any]) -> Response:
        given = self.Input(data=asked)
        given.is_valid(raise_exception=True)
        terms = given.validated_data
        image, secret = grant_upload(
            account=self.account,
            image_id=terms["id"],
            metadata=terms["metadata"],
            is_private=terms["requireSignedURLs"],
            creator=terms["creator"],
            alt_text=terms["alt"] or "",
            tags=terms["tags"] or (),
            focal_point=read_point(terms["focal_point"]),
            expires_at=terms["expiry"],
            actor=self.actor,
        )
        path = reverse("upload", "apps.api.routes", [self.account.hash, secret])
        return answer({"id": image.public_id, "uploadURL": settings.CONTROL_URL + path})


class DirectUploadV2(GrantView):
    """Terms come as a form; one without any parts is what the SDKs send when there are none."""

    @describe(
        "Direct uploads",
        "Grant an upload",
        text=(
            "Answers with an address by which a browser may upload one picture, once, without a token. It "
            "holds for half an hour, or until `expiry`: 2 minutes to 6 hours from now. `alt`, `tags` (a part "
            "each) and `focal_point` (JSON) are extensions."
        ),
        form=GrantView.Input,
        result=GrantView.Output,
        errors=_REFUSED,
    )
    def post(self, request: Request, account_id: str) -> Response:
        words = read_words(self.wire_request)
        terms: dict[str, Any] = {**pick_words(words, "id", "requireSignedURLs", "creator", "expiry", "alt")}
        terms |= pick_tags(words) | pick_point(words)
        return self.grant({**terms, "metadata": read_metadata(words)})


class DirectUploadV1(GrantView):
    """The older address, of cloudflare-go v0: the same terms as JSON."""

    @describe(
        "Direct uploads",
        "Grant an upload, with JSON",
        text="The older address: the same terms as JSON.",
        body=GrantView.Input,
        result=GrantView.Output,
        errors=_REFUSED,
    )
    def post(self, request: Request, account_id: str) -> Response:
        return self.grant(read_json(self.wire_request))


class DirectUpload(ApiView):
    """Where the browser posts its `file`, from any site: the secret in the address is all it has to show.

    Whatever else stands in its form is passed by: what was granted stands.
    """

    class Form(serializers.Serializer[Any]):
        file = FilePart()

    http_method_names = ["options", "post"]
    authentication_classes = ()
    permission_classes = ()

    def count_request(self) -> None:
        """No account is asking; a grant counts its own tries."""

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Answer a browser that asks first, as it does before an upload that shows its progress."""
        headers = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "*",
            "Access-Control-Max-Age": "86400",
        }
        return Response(status=204, headers=headers)

    @describe(
        "Direct uploads",
        "Upload by a grant",
        text=(
            "Where a browser posts its `file`, from any site. Other parts of the form are passed by. One "
            "upload may be under way at a time, and a refused one may be repeated; after ten the address is "
            "spent. The answer leaves out what is the owner's: `meta` and `creator`."
        ),
        form=Form,
        result=GuestImageOutput,
        errors=[GrantNotFound, GrantInUse, GrantSpent, *REFUSED_FILES],
    )
    def post(self, request: Request, account_hash: str, secret: str) -> Response:
        grant = find_grant(account_hash=account_hash, secret=secret)
        account = grant.image.account
        allowed = account.max_upload_bytes
        with (
            lease_grant(grant=grant, receive_seconds=longest_seconds(allowed)) as lease,
            receive_form(self.wire_request, max_file_bytes=allowed) as form,
        ):
            image = receive_upload(
                lease=lease, file=form.file, filename=form.catcher.filename, actor=self.sender
            )
        return answer(show([image], account, shape=GuestImageOutput)[0])

    @property
    def sender(self) -> Actor:
        """Nobody we know, at an address."""
        return Actor(
            address=self.request.META.get("REMOTE_ADDR") or None,
            request_id=getattr(self.request, "request_id", ""),
        )

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Access-Control-Allow-Origin"] = "*"
        return finished
