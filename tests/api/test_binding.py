"""The Workers binding's protocol: real pictures in, real pictures out, and refusals in its own shape."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image as Picture

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image, Rendition
from apps.outbox.models import Job
from apps.usage.models import DailyUsage
from tests import pictures
from tests.api.answers import refused_plainly
from tests.api.conftest import client_for
from tests.api.parts import Wire, file, form, post, post_wire, word
from tests.images.conftest import jpeg
from tests.imaging.looking import colour, is_near

pytestmark = pytest.mark.django_db

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def plain(size: tuple[int, int], fill: str) -> bytes:
    return pictures.encode(Picture.new("RGB", size, fill), "PNG")


def part(name: str, data: bytes) -> bytes:
    """A picture as the binding sends it: with its part's name for a filename."""
    return file(data, name=name, filename=name)


class Binding:
    """What a Worker has as `env.IMAGES`, as far as it goes over the wire."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path

    def info(self, *parts: bytes) -> Any:
        return post(self.client, f"{self.path}/info", *parts)

    def send(self, *parts: bytes) -> Any:
        return post(self.client, f"{self.path}/transform", *parts)

    def transform(self, *parts: bytes, items: Any = (), output: str = "image/png") -> Any:
        told = word("transforms", json.dumps(items)), word("output_format", output)
        return self.send(*parts, *told)


@pytest.fixture
def binding(olive_client: Client, images_path: str, stores: Path) -> Binding:
    return Binding(olive_client, images_path)


def made(answer: Any, output: str = "image/png") -> Picture.Image:
    assert answer.status_code == 200, answer.content
    assert (answer["Content-Type"], answer["Cache-Control"]) == (output, "no-store")
    picture = Picture.open(io.BytesIO(answer.content))
    picture.load()
    return picture


def test_it_works(binding: Binding) -> None:
    answer = binding.transform(
        part("image", jpeg(120, 80)),
        items=[{"imageIndex": 0, "width": 40, "height": 40, "fit": "cover"}],
        output="image/webp",
    )
    picture = made(answer, "image/webp")
    assert (picture.format, picture.size) == ("WEBP", (40, 40))
    assert is_near(colour(picture.convert("RGB"), (20, 20)), (0, 128, 128))


@pytest.mark.parametrize(
    ("output", "name"),
    [("image/jpeg", "JPEG"), ("image/png", "PNG"), ("image/gif", "GIF"), ("image/avif", "AVIF")],
)
def test_every_format_is_written(binding: Binding, output: str, name: str) -> None:
    assert made(binding.transform(part("image", jpeg()), output=output), output).format == name


def test_info_tells_what_a_picture_is(binding: Binding) -> None:
    data = pictures.photo_jpeg(60, 40)
    answer = binding.info(part("image", data))
    assert answer.status_code == 200
    assert answer.json() == {"format": "image/jpeg", "file_size": len(data), "width": 60, "height": 40}
    assert answer["Cache-Control"] == "no-store"
    assert binding.info(part("image", pictures.drawing_svg())).json() == {"format": "image/svg+xml"}


def test_a_picture_is_seen_upright(binding: Binding) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6
    data = pictures.encode(Picture.new("RGB", (60, 40)), "JPEG", exif=exif)
    told = binding.info(part("image", data)).json()
    assert (told["width"], told["height"]) == (40, 60)


def test_transforms_and_drawings_take_turns(binding: Binding) -> None:
    """As in the runtime's own test: what is drawn has transforms and drawings of its own."""
    answer = binding.transform(
        part("image", plain((40, 20), "white")),
        part("draw_image", plain((4, 2), "red")),
        part("draw_image", plain((6, 6), "blue")),
        part("draw_image", plain((2, 2), "yellow")),
        items=[
            {"imageIndex": 0, "rotate": 90},
            {"imageIndex": 1, "rotate": 90},
            {"drawImageIndex": 1, "targetImageIndex": 0, "left": 0, "top": 0},
            {"drawImageIndex": 3, "targetImageIndex": 2, "left": 0, "top": 0},
            {"imageIndex": 2, "flip": "h"},
            {"drawImageIndex": 2, "targetImageIndex": 0, "left": 10, "top": 30},
            {"imageIndex": 0, "flip": "v"},
        ],
    )
    picture = made(answer).convert("RGB")
    assert picture.size == (20, 40)
    red = [(x, y) for x in range(20) for y in range(40) if colour(picture, (x, y)) == RED]
    assert red == [(x, y) for x in range(2) for y in range(36, 40)]
    assert colour(picture, (15, 9)) == (255, 255, 0)
    assert colour(picture, (11, 9)) == colour(picture, (15, 5)) == BLUE
    assert colour(picture, (5, 20)) == WHITE


def test_a_transform_is_done_before_the_next(binding: Binding) -> None:
    items = [
        {"width": 30},
        {"imageIndex": 0, "rotate": 90},
        {"imageIndex": 0, "border": {"color": "red", "width": 2}},
    ]
    picture = made(binding.transform(part("image", plain((60, 40), "white")), items=items)).convert("RGB")
    assert picture.size == (24, 34)
    assert {colour(picture, place) for place in ((0, 0), (23, 0), (1, 33), (22, 32))} == {RED}
    assert colour(picture, (2, 2)) == WHITE


def test_more_is_drawn_than_one_recipe_holds(binding: Binding) -> None:
    dots = [part("draw_image", plain((2, 2), "red")) for _ in range(8)]
    items = [{"drawImageIndex": 1 + n, "targetImageIndex": 0, "left": 4 * n, "top": 0} for n in range(8)]
    picture = made(binding.transform(part("image", plain((40, 4), "white")), *dots, items=items)).convert(
        "RGB"
    )
    assert [x for x in range(40) if colour(picture, (x, 0)) == RED] == [
        4 * n + each for n in range(8) for each in (0, 1)
    ]


def test_texts_and_pictures_are_numbered_as_they_come(binding: Binding) -> None:
    parts = (
        part("image", plain((90, 60), "white")),
        word("draw_text", json.dumps({"text": "I", "size": 40, "color": "#0000ff"})),
        part("draw_image", plain((5, 5), "red")),
    )
    items = [
        {"drawImageIndex": 1, "targetImageIndex": 0, "left": 0, "top": 0},
        {"drawImageIndex": 2, "targetImageIndex": 0, "right": 0, "bottom": 0},
    ]
    picture = made(binding.transform(*parts, items=items)).convert("RGB")
    assert colour(picture, (89, 59)) == RED
    blue = [(x, y) for x in range(90) for y in range(60) if colour(picture, (x, y)) == BLUE]
    assert 0 < max(x for x, _ in blue) < 30
    swapped = [parts[0], parts[2], parts[1]]
    other = made(binding.transform(*swapped, items=items)).convert("RGB")
    assert colour(other, (0, 0)) == RED
    assert colour(other, (89, 59)) == WHITE


def test_a_text_can_be_turned_and_drawn_onto(binding: Binding) -> None:
    text = word(
        "text_input",
        json.dumps(
            {"text": "Hi", "size": 40.4, "color": "#00f", "font": {"url": "https://example.com/a.ttf"}}
        ),
    )
    lying = made(binding.transform(text))
    assert lying.mode == "RGBA"
    answer = binding.transform(
        text,
        part("draw_image", plain((3, 3), "red")),
        items=[
            {"imageIndex": 0, "rotate": 90},
            {"drawImageIndex": 1, "targetImageIndex": 0, "left": 0, "top": 0},
        ],
    )
    standing = made(answer)
    assert standing.size == lying.size[::-1]
    assert standing.getpixel((1, 1)) == (255, 0, 0, 255)
    assert answer["Warning"] == 'cf-images 299 "texts are set in Noto Sans, whatever font is named"'


def test_an_animation_moves_if_the_format_can(binding: Binding) -> None:
    moving = part("image", pictures.animation("GIF"))
    dot = part("draw_image", plain((3, 3), "red"))
    items = [
        {"imageIndex": 0, "width": 30},
        {"drawImageIndex": 1, "targetImageIndex": 0, "left": 0, "top": 0},
        {"imageIndex": 0, "rotate": 90},
    ]
    picture = made(binding.transform(moving, dot, items=items, output="image/gif"), "image/gif")
    assert getattr(picture, "n_frames", 1) == 5
    for frame in range(5):
        picture.seek(frame)
        assert is_near(colour(picture.convert("RGB"), (picture.width - 2, 1)), RED)
    still = (word("transforms", "[]"), word("output_format", "image/webp"), word("anim", "false"))
    assert getattr(made(binding.send(moving, *still), "image/webp"), "n_frames", 1) == 1
    assert made(binding.transform(moving, output="image/jpeg"), "image/jpeg").size[0] > 0


def test_output_options_count(binding: Binding) -> None:
    photo = part("image", pictures.photo_jpeg(200, 150))
    words = word("transforms", "[]"), word("output_format", "image/jpeg")
    poor = binding.send(photo, *words, word("output_quality", "10")).content
    fine = binding.send(photo, *words, word("output_quality", "95")).content
    assert len(poor) * 2 < len(fine)
    clear = part("image", pictures.encode(Picture.new("RGBA", (8, 8)), "PNG"))
    filled = made(binding.send(clear, *words, word("background", "#0000ff")), "image/jpeg")
    assert is_near(colour(filled, (4, 4)), BLUE)


def test_nothing_is_kept_but_a_count(
    binding: Binding, orchard: Account, stored_files: Callable[[], list[Path]], incoming: Path
) -> None:
    events, jobs = AuditEvent.objects.count(), Job.objects.count()
    answer = binding.transform(part("image", jpeg()), items=[{"width": 10}, {"rotate": 90}])
    made(answer)
    assert (stored_files(), list(incoming.iterdir())) == ([], [])
    assert (Image.objects.count(), Rendition.objects.count(), Job.objects.count()) == (0, 0, jobs)
    assert AuditEvent.objects.count() == events
    usage = DailyUsage.objects.get(account=orchard)
    assert (usage.renders, usage.rendered_bytes) == (1, len(answer.content))


def test_a_form_may_come_in_chunks(binding: Binding, olive_client: Client, images_path: str) -> None:
    body = Wire(form(part("image", jpeg()), word("transforms", "[]"), word("output_format", "image/png")))
    assert made(post_wire(olive_client, f"{images_path}/transform", body, None)).size == (120, 80)


@pytest.mark.parametrize(
    ("items", "status", "code", "sentence"),
    [
        ([{"colour": "red"}], 400, 9401, "transforms.0: 'colour' is not an option of a transform"),
        ([{}, {"quality": 80}], 400, 9401, "transforms.1: 'quality' is not an option of a transform"),
        ([{"draw": [{"image": "logo"}]}], 400, 9401, "'draw' is not an option of a transform"),
        ([{"width": "auto"}], 400, 9401, "width must be a number of pixels"),
        ([{"sharpen": 11}], 400, 9401, "sharpen"),
        ([{"imageIndex": 2, "width": 5}], 400, 9432, "must be a picture's number, from 0 to 1"),
        ([{"imageIndex": True}], 400, 9432, "must be a picture's number"),
        ([{"drawImageIndex": 0, "targetImageIndex": 1}], 400, 9432, "is 0, which cannot be drawn onto 1"),
        ([{"drawImageIndex": 1, "targetImageIndex": 1}], 400, 9432, "is 1, which cannot be drawn onto 1"),
        ([{"targetImageIndex": 0}], 400, 9432, "drawImageIndex"),
        ([{"drawImageIndex": 1, "targetImageIndex": 0, "opacity": 2}], 400, 9401, "transforms.0: opacity"),
        ([{"drawImageIndex": 1, "targetImageIndex": 0, "image": "a"}], 400, 9401, "'image' is not an option"),
        (
            [{"drawImageIndex": 1, "targetImageIndex": 0, "left": 1, "right": 1}],
            400,
            9401,
            "both left and right",
        ),
        ([{"drawImageIndex": 1, "targetImageIndex": 0}] * 2, 400, 9525, "number 1 was drawn already"),
        ([{"drawImageIndex": 1}, {"imageIndex": 1, "width": 4}], 400, 9525, "number 1 was drawn already"),
        ([{"width": 5}], 400, 9432, "draw number 1 onto nothing"),
        ([{"width": 5}] * 51, 400, 9432, "may have at most 50 items, these are 51"),
        ({"width": 5}, 400, 9432, "must be a JSON list of objects"),
        ([5], 400, 9432, "must be a JSON list of objects"),
        ([{"trim": {"left": 500}}, {"drawImageIndex": 1}], 403, 9413, "size 0"),
        ([{"width": 9000, "fit": "contain"}, {"drawImageIndex": 1}], 403, 9413, "enlarged"),
    ],
)
def test_orders_that_make_no_sense_are_refused(
    binding: Binding, items: Any, status: int, code: int, sentence: str
) -> None:
    answer = binding.transform(part("image", jpeg()), part("draw_image", plain((2, 2), "red")), items=items)
    assert sentence in refused_plainly(answer, status, code)


IMAGE = part("image", jpeg(8, 8))
PNG = word("output_format", "image/png")


@pytest.mark.parametrize(
    ("parts", "status", "code", "sentence"),
    [
        ((PNG,), 400, 9432, '"image" is missing'),
        ((IMAGE, IMAGE, PNG), 400, 9432, '"image" may stand once'),
        ((IMAGE, word("text_input", '{"text": "a"}'), PNG), 400, 9432, "exclude each other"),
        ((word("image", "bytes"), PNG), 400, 9432, "has no filename"),
        ((IMAGE,), 400, 9432, '"output_format" is missing'),
        ((IMAGE, PNG, PNG), 400, 9432, '"output_format" may stand once'),
        ((IMAGE, word("output_format", "rgba")), 415, 9520, "'rgba' is not written here"),
        ((IMAGE, word("output_format", "image/svg+xml")), 415, 9520, "send one of image/jpeg, image/png"),
        ((IMAGE, PNG, word("output_qualty", "5")), 400, 9432, '"output_qualty" is not a part of this form'),
        ((IMAGE, PNG, part("font", b"x")), 400, 9432, '"font" is a file'),
        ((IMAGE, PNG, word("output_quality", "500")), 400, 9401, "quality"),
        ((IMAGE, PNG, word("background", "mauvish")), 400, 9401, "mauvish"),
        ((IMAGE, PNG, word("anim", "maybe")), 400, 9401, "anim"),
        ((IMAGE, PNG, word("transforms", "[")), 400, 9432, '"transforms" must be JSON'),
        ((IMAGE, PNG, word("transforms", "[" * 9999)), 400, 9432, '"transforms" must be JSON'),
        ((IMAGE, PNG, word("draw_text", "Hi")), 400, 9432, "must be JSON"),
        ((IMAGE, PNG, word("draw_text", '["Hi"]')), 400, 9432, "must be a JSON object"),
        (
            (IMAGE, PNG, word("draw_text", '{"text": "Hi", "image": "logo"}')),
            400,
            9432,
            "must be a JSON object",
        ),
        ((IMAGE, PNG, word("draw_text", '{"size": 5}')), 400, 9401, "must have an image or a text"),
        ((IMAGE, PNG, *[part("draw_image", jpeg(2, 2))] * 11), 400, 9432, "at most 10 times"),
        (
            (IMAGE, PNG, *[part("draw_image", jpeg(2, 2))] * 6, *[word("draw_text", "{}")] * 5),
            400,
            9432,
            "at most 10",
        ),
        ((word("text_input", '{"text": "世"}'), PNG), 400, 9401, "the font has no sign for '世'"),
        ((part("image", b"no picture"), PNG), 415, 9412, "The file is not an image"),
        ((part("image", b""), PNG), 415, 9412, "The file is not an image"),
        ((part("image", jpeg()[:300]), PNG), 422, 9516, "error during decoding"),
        ((part("image", pictures.drawing_svg()), PNG), 415, 9412, "Conversion between SVG and raster"),
    ],
)
def test_forms_that_make_no_sense_are_refused(
    binding: Binding, parts: tuple[bytes, ...], status: int, code: int, sentence: str
) -> None:
    assert sentence in refused_plainly(binding.send(*parts), status, code)


def test_a_drawn_picture_that_is_none_is_refused(binding: Binding) -> None:
    draw = [{"drawImageIndex": 1, "targetImageIndex": 0}]
    image = part("image", jpeg())
    for data, status, code in ((b"no", 422, 9516), (pictures.drawing_svg(), 415, 9412)):
        refused_plainly(binding.transform(image, part("draw_image", data), items=draw), status, code)


def test_the_accounts_limit_holds_for_each_picture(binding: Binding, orchard: Account) -> None:
    orchard.max_upload_bytes = 2000
    orchard.save()
    assert made(binding.transform(part("image", jpeg(8, 8)))).size == (8, 8)
    heavy = part("draw_image", b"x" * 2001)
    sentence = refused_plainly(binding.send(part("image", jpeg(8, 8)), heavy, PNG), 413, 9402)
    assert "Maximum image size" in sentence
    refused_plainly(binding.info(part("image", b"x" * 2001)), 413, 9402)
    refused_plainly(binding.info(part("image", b"x" * 90_000)), 413, 9402)


def test_info_takes_one_picture_and_nothing_else(binding: Binding) -> None:
    refused_plainly(binding.info(IMAGE, part("draw_image", jpeg())), 400, 9432)
    refused_plainly(binding.info(IMAGE, PNG), 400, 9432)
    refused_plainly(binding.info(), 400, 9432)


def test_it_is_a_form_or_nothing(olive_client: Client, images_path: str) -> None:
    for path in (f"{images_path}/info", f"{images_path}/transform"):
        refused_plainly(olive_client.post(path, data="{}", content_type="application/json"), 415, 9432)
        refused_plainly(olive_client.get(path), 405, 9424)


def test_refusals_of_callers_have_its_shape(images_path: str) -> None:
    for path in (f"{images_path}/info", f"{images_path}/transform"):
        answer = Client().post(path)
        refused_plainly(answer, 401, 9430)
        assert answer["WWW-Authenticate"] == "Bearer"
        refused_plainly(client_for("nonsense").post(path), 401, 9430)


def test_a_dead_renderer_is_told(binding: Binding, settings: Any, tmp_path: Path) -> None:
    settings.RENDERER_SOCKET = tmp_path / "nobody"
    answer = binding.transform(part("image", jpeg()))
    refused_plainly(answer, 503, 9522)
    assert answer["Retry-After"] == "1"
