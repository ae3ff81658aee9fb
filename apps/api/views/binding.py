"""The Workers binding's own protocol: a picture in, facts or another picture out (catalogue §7.6).

Here is what `env.IMAGES.info(…)` and `.input(…).transform(…).draw(…).output(…)` send to
`https://js.images.cloudflare.com`: the same forms, answers and errors, below an account's address. Nothing
is kept of the pictures; `output` in rgb or rgba is not offered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.binding_errors import answer_binding_error
from apps.api.binding_form import (
    ANIM,
    BACKGROUND,
    CANVAS,
    CANVAS_TEXT,
    DRAWN,
    DRAWN_TEXT,
    FORMAT,
    MAX_DRAWN,
    QUALITY,
    TRANSFORMS,
    receive_pictures,
)
from apps.api.binding_montage import FORMATS, read_order
from apps.api.description import describe
from apps.api.fields import FilePart
from apps.api.refusals import OutputNotOffered, PictureConsumed
from apps.api.views.base import AccountView
from apps.images.errors import UploadTooLarge
from apps.images.services import compose_picture, inspect_picture
from apps.imaging.errors import ImagingError
from apps.imaging.source import SourceFormat

_PARTS = (CANVAS, CANVAS_TEXT, DRAWN, DRAWN_TEXT, TRANSFORMS, FORMAT, QUALITY, BACKGROUND, ANIM)


class BindingView(AccountView):
    """A view that refuses as the binding expects it, whatever is wrong."""

    def get_exception_handler(self) -> Callable[..., HttpResponse]:
        return answer_binding_error


class BindingInfo(BindingView):
    class Form(serializers.Serializer[Any]):
        image = FilePart()

    class Output(serializers.Serializer[Any]):
        """What a picture is, as it is seen; of a drawing only its `format`."""

        example = {"format": "image/jpeg", "file_size": 2_345_678, "width": 4032, "height": 3024}
        sometimes = ("file_size", "width", "height")

        format = serializers.ChoiceField(choices=[known.content_type for known in SourceFormat])
        file_size = serializers.IntegerField()
        width = serializers.IntegerField()
        height = serializers.IntegerField()

    @describe(
        "Workers binding",
        "Tell what a picture is",
        text="What the binding's `info()` sends. The picture is decoded whole, and not kept.",
        form=Form,
        result=Output,
        is_binding=True,
        errors=[ImagingError, UploadTooLarge],
    )
    def post(self, request: Request, account_id: str) -> Response:
        with receive_pictures(
            self.wire_request, names={CANVAS}, max_file_bytes=self.account.max_upload_bytes
        ) as form:
            info = inspect_picture(account=self.account, file=form.canvas)
        told: dict[str, Any] = {"format": info.format.content_type}
        if info.format is not SourceFormat.SVG:
            width, height = info.oriented_size
            told |= {"file_size": info.size_bytes, "width": width, "height": height}
        return Response(told)


class BindingTransform(BindingView):
    class Form(serializers.Serializer[Any]):
        """The parts' order counts: what is drawn is numbered from 1 as it comes."""

        example = {
            "transforms": '[{"imageIndex": 0, "width": 800},'
            ' {"drawImageIndex": 1, "targetImageIndex": 0, "right": 16, "bottom": 16}]',
            "output_format": "image/avif",
            "output_quality": 60,
        }

        image = FilePart(required=False)
        text_input = serializers.CharField(required=False)
        draw_image = serializers.ListField(child=FilePart(), required=False, max_length=MAX_DRAWN)
        draw_text = serializers.ListField(child=serializers.CharField(), required=False, max_length=MAX_DRAWN)
        transforms = serializers.CharField(required=False)
        output_format = serializers.ChoiceField(choices=list(FORMATS))
        output_quality = serializers.IntegerField(required=False, min_value=1, max_value=100)
        background = serializers.CharField(required=False)
        anim = serializers.BooleanField(required=False)

    @describe(
        "Workers binding",
        "Transform a picture",
        text=(
            "What the binding's `output()` sends: the canvas as `image` (or `text_input`), what is drawn as "
            "`draw_image` and `draw_text`, and `transforms`, a JSON list in the order of the work. An item "
            "`{imageIndex, …}` transforms a picture by the options of a link, an item `{drawImageIndex, "
            "targetImageIndex, …}` draws one onto another. Texts are JSON: `{text, size, color}`; they are "
            "set in Noto Sans, and a `Warning` says so where a font is named. Nothing is kept; it counts as "
            "one rendition."
        ),
        form=Form,
        raw=list(FORMATS),
        is_binding=True,
        errors=[ImagingError, UploadTooLarge, PictureConsumed, OutputNotOffered],
    )
    def post(self, request: Request, account_id: str) -> HttpResponse:
        with receive_pictures(
            self.wire_request, names=_PARTS, max_file_bytes=self.account.max_upload_bytes
        ) as form:
            order = read_order(form)
            made = compose_picture(account=self.account, montage=order.montage, finish=order.finish)
        response = HttpResponse(made.data, content_type=made.format.content_type)
        if order.warnings:
            response["Warning"] = ", ".join(f'cf-images 299 "{sentence}"' for sentence in order.warnings)
        return response
