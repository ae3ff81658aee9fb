"""Pictures are drawn onto others; what comes out is compared with what the arithmetic says."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from apps.imaging.cost import Cost
from apps.imaging.errors import (
    BadOverlay,
    DamagedImage,
    EmptyImage,
    LimitExceeded,
    NotAnImage,
    OverlayIsSvg,
    OverlayMissing,
    TruncatedImage,
)
from apps.imaging.facts import are_facts
from apps.imaging.limits import FailOn, Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import Rendered, render
from tests import pictures
from tests.imaging.looking import colour, is_near, look

Pixels = NDArray[np.float64]
GREY = (128, 128, 128)


def draw(
    base: bytes,
    options: str,
    output: OutputFormat = OutputFormat.PNG,
    *,
    limits: Limits | None = None,
    **overlays: bytes,
) -> Rendered:
    """Return what `options` make of a file, with others at hand by their ids."""
    files = {name: io.BytesIO(data) for name, data in overlays.items()}
    return render(io.BytesIO(base), parse(options), output, limits=limits or Limits(), overlays=files)


def plain(size: tuple[int, int], fill: Any, mode: str = "RGB") -> bytes:
    return pictures.encode(Image.new(mode, size, fill), "PNG")


def noise(seed: int, width: int, height: int, bands: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, bands), dtype=np.uint8)


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    return pictures.encode(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels), "PNG")


def blend(below: NDArray[np.uint8], above: NDArray[np.uint8], composite: str, opacity: float = 1.0) -> Pixels:
    """Return what Porter and Duff make of two RGBA pictures: 0 to 255, not rounded.

    https://www.w3.org/TR/compositing-1/#porterduffcompositingoperators
    """
    bottom, top = below / 255, above / 255
    alpha_b, alpha_t = bottom[..., 3:], top[..., 3:] * opacity
    shares: dict[str, tuple[Any, Any]] = {
        "over": (1, 1 - alpha_t),
        "in": (alpha_b, 0),
        "atop": (alpha_b, 1 - alpha_t),
        "out": (1 - alpha_b, 0),
        "xor": (1 - alpha_b, 1 - alpha_t),
        "lighter": (1, 1),
    }
    of_top, of_bottom = shares[composite]
    alpha = np.minimum(1, of_top * alpha_t + of_bottom * alpha_b)
    ink = np.minimum(1, of_top * alpha_t * top[..., :3] + of_bottom * alpha_b * bottom[..., :3])
    colours = np.divide(ink, alpha, out=np.zeros_like(ink), where=alpha > 0)
    return 255 * np.concatenate([np.minimum(1, colours), alpha], axis=-1)


def test_it_works() -> None:
    card = pictures.encode(pictures.draw_card(), "PNG")
    picture = look(draw(card, "draw.image=seal,draw.left=40,draw.top=5", seal=plain((10, 8), GREY)).data)
    expected = pictures.draw_card()
    expected.paste(GREY, (40, 5, 50, 13))
    assert (picture.size, picture.mode) == ((60, 40), "RGB")
    assert picture.tobytes() == expected.tobytes()


@pytest.mark.parametrize("composite", ["over", "in", "atop", "out", "xor", "lighter"])
@pytest.mark.parametrize("opacity", [1.0, 0.4])
def test_composites_on_glass(composite: str, opacity: float) -> None:
    below, above = noise(1, 40, 30, 4), noise(2, 20, 10, 4)
    options = f"draw.image=seal,draw.left=5,draw.top=6,draw.composite={composite},draw.opacity={opacity}"
    made = np.asarray(look(draw(as_png(below), options, seal=as_png(above)).data), dtype=float)
    expected = below.astype(float)
    expected[6:16, 5:25] = blend(below[6:16, 5:25], above, composite, opacity)
    # Rounded twice, when it fades and when it is blended; and where next to nothing is to be seen, a step of
    # opacity is many of colour.
    is_seen = expected[..., 3] > 24
    assert np.abs(made - expected)[..., 3].max() < 1.5
    assert np.abs(made - expected)[is_seen].max() <= 6
    assert np.abs(made - expected)[is_seen].mean() < 0.6


@pytest.mark.parametrize("composite", ["over", "in", "atop", "out", "xor", "lighter"])
@pytest.mark.parametrize("bands", [1, 3])
def test_composites_on_paper(composite: str, bands: int) -> None:
    """What becomes clear shows the background; the picture stays opaque, and grey if both are."""
    below, above = noise(3, 40, 30, bands), noise(4, 20, 10, bands + 1)
    options = f"background=777777,draw.image=seal,draw.right=5,draw.bottom=6,draw.composite={composite}"
    if bands == 1:
        options = options.replace("background=777777,", "")
    picture = look(draw(as_png(below), options, seal=as_png(above)).data)
    assert picture.mode == ("L" if bands == 1 else "RGB")
    ground = 255 if bands == 1 else 0x77
    glass = np.dstack([*[below[..., band % bands] for band in range(3)], np.full((30, 40), 255, np.uint8)])
    seal = np.dstack([*[above[..., band % bands] for band in range(3)], above[..., -1]])
    blended = blend(glass[14:24, 15:35], seal, composite)
    alpha = blended[..., 3:] / 255
    expected = glass[..., :3].astype(float)
    expected[14:24, 15:35] = blended[..., :3] * alpha + ground * (1 - alpha)
    assert np.abs(np.asarray(picture.convert("RGB"), dtype=float) - expected).max() <= 2


def test_the_numbers_are_the_order() -> None:
    base = plain((30, 20), GREY)
    drawn = {"red": plain((20, 10), "red"), "blue": plain((10, 5), "blue")}
    upright = look(draw(base, "draw.1.image=red,draw.2.image=blue", **drawn).data)
    assert (colour(upright, (15, 10)), colour(upright, (6, 6))) == (pictures.BLUE, pictures.RED)
    other = look(draw(base, "draw.2.image=red,draw.1.image=blue", **drawn).data)
    assert colour(other, (15, 10)) == pictures.RED


def test_an_image_may_be_drawn_more_than_once() -> None:
    options = "draw.1.image=dot,draw.1.left=0,draw.2.image=dot,draw.2.right=0"
    picture = look(draw(plain((30, 20), GREY), options, dot=plain((2, 2), "red")).data)
    assert colour(picture, (0, 10)) == colour(picture, (29, 10)) == pictures.RED
    assert colour(picture, (15, 10)) == GREY


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ("draw.width=0.25", (15, 10)),
        ("draw.width=30", (30, 20)),
        ("draw.width=0.5,draw.height=0.5,draw.fit=squeeze", (30, 20)),
        ("draw.height=1.0", (60, 40)),
        ("draw.width=20,draw.rotate=90", (20, 30)),
        ("draw.width=20,draw.height=20,draw.fit=cover", (20, 20)),
        ("draw.trim=0;30;20;0", (30, 20)),
        ("draw.width=30,draw.border=blue;3", (36, 26)),
        ("draw.width=30,draw.dpr=2", (30, 20)),
    ],
)
def test_an_overlay_is_transformed_on_its_own(options: str, size: tuple[int, int]) -> None:
    """The base is white, so that what differs from it is the overlay."""
    card = pictures.encode(Image.new("RGB", (60, 40), "green"), "PNG")
    options = f"w=60,{options},draw.image=card,draw.left=0,draw.top=0"
    made = np.asarray(look(draw(plain((600, 400), "white"), options, card=card).data).convert("L"))
    inked = np.argwhere(made < 255)
    assert tuple(inked.max(axis=0) + 1) == size[::-1]
    assert tuple(inked.min(axis=0)) == (0, 0)


def test_pixels_count_times_dpr() -> None:
    options = "w=30,dpr=2,draw.image=dot,draw.width=5,draw.left=3,draw.top=2"
    made = np.asarray(
        look(draw(plain((600, 400), "white"), options, dot=plain((90, 90), "black")).data).convert("L")
    )
    inked = np.argwhere(made < 128)
    assert (tuple(inked.min(axis=0)), tuple(inked.max(axis=0) + 1)) == ((4, 6), (14, 16))


def test_tiles() -> None:
    tile = noise(5, 7, 5, 3)
    options = "draw.image=tile,draw.left=3,draw.top=4,draw.repeat=true"
    made = np.asarray(look(draw(plain((50, 40), GREY), options, tile=as_png(tile)).data))
    rows, columns = (np.arange(40) - 4) % 5, (np.arange(50) - 3) % 7
    assert (made == tile[rows][:, columns]).all()


@pytest.mark.parametrize(("repeat", "box"), [("x", (0, 4, 50, 9)), ("y", (3, 0, 10, 40))])
def test_a_row_and_a_column_of_tiles(repeat: str, box: tuple[int, int, int, int]) -> None:
    options = f"draw.image=tile,draw.left=3,draw.top=4,draw.repeat={repeat}"
    made = look(draw(plain((50, 40), GREY), options, tile=plain((7, 5), "red")).data)
    expected = Image.new("RGB", (50, 40), GREY)
    expected.paste(pictures.RED, box)
    assert made.tobytes() == expected.tobytes()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 40), st.integers(0, 40))
def test_tiles_of_any_size(width: int, height: int, left: int, top: int) -> None:
    tile = noise(6, width, height, 3)
    options = f"draw.image=tile,draw.left={left},draw.top={top},draw.repeat=true"
    made = np.asarray(look(draw(plain((150, 140), GREY), options, tile=as_png(tile)).data))
    rows, columns = (np.arange(140) - top) % height, (np.arange(150) - left) % width
    assert (made == tile[rows][:, columns]).all()


def test_what_stands_out_is_cut_off() -> None:
    card = pictures.encode(pictures.draw_card(), "PNG")
    made = look(draw(plain((20, 10), GREY), "draw.image=card,draw.right=0,draw.bottom=0", card=card).data)
    assert made.tobytes() == pictures.draw_card().crop((40, 30, 60, 40)).tobytes()
    beside = look(draw(plain((20, 10), GREY), "draw.image=card,draw.left=20", card=card).data)
    assert beside.tobytes() == look(plain((20, 10), GREY)).tobytes()


def test_it_comes_last() -> None:
    """After the border, untouched by what is done to the base."""
    options = "rotate=90,w=20,h=20,fit=pad,brightness=0.5,border=blue;5,draw.image=dot,draw.left=0,draw.top=0"
    picture = look(draw(plain((20, 10), "white"), options, dot=plain((7, 7), "red")).data)
    assert picture.size == (30, 30)
    assert colour(picture, (0, 0)) == colour(picture, (6, 6)) == pictures.RED
    assert colour(picture, (8, 2)) == pictures.BLUE
    assert colour(picture, (15, 15)) == GREY


@pytest.mark.parametrize(
    ("mode", "output", "expected"),
    [
        ("L", OutputFormat.PNG, "L"),
        ("L", OutputFormat.JPEG, "L"),
        ("RGB", OutputFormat.PNG, "RGB"),
        ("RGBA", OutputFormat.PNG, "RGBA"),
        ("RGBA", OutputFormat.JPEG, "RGB"),
    ],
)
def test_drawing_adds_no_opacity(mode: str, output: OutputFormat, expected: str) -> None:
    seal = pictures.encode(Image.new("LA", (4, 4), (9, 99)), "PNG")
    base = plain((20, 10), (1,) * len(mode) if len(mode) > 1 else 1, mode)
    assert look(draw(base, "draw.image=seal", output, seal=seal).data).mode == expected


@pytest.mark.parametrize("composite", ["over", "atop", "in", "lighter"])
@pytest.mark.parametrize(("mode", "fill", "expected"), [("L", 90, "RGB"), ("LA", (90, 255), "RGBA")])
def test_colour_on_grey(mode: str, fill: Any, expected: str, composite: str) -> None:
    made = draw(
        plain((20, 10), fill, mode), f"draw.image=dot,draw.composite={composite}", dot=plain((4, 4), "red")
    )
    picture = look(made.data)
    assert picture.mode == expected
    assert colour(picture.convert("RGB"), (0, 0)) == (90, 90, 90)
    red, green, blue = colour(picture.convert("RGB"), (10, 5))
    assert (red, green) == (255, blue)
    assert blue == (90 if composite == "lighter" else 0)


@pytest.mark.parametrize("gravity", ["auto", "entropy", "face", "right"])
def test_what_is_kept_of_an_overlay_is_sought(gravity: str) -> None:
    """All that there is to see in it is at its right."""
    scene = Image.new("RGB", (300, 100), "white")
    scene.paste(pictures.draw_photo(80, 80), (210, 10))
    options = f"draw.image=scene,draw.width=100,draw.height=100,draw.fit=cover,draw.gravity={gravity}"
    made = look(draw(plain((100, 100), "white"), options, scene=pictures.encode(scene, "PNG")).data)
    assert (np.asarray(made.convert("L")) < 250).mean() > 0.4


def test_a_phones_picture_lies_upright() -> None:
    picture = look(draw(plain((64, 48), GREY), "draw.image=card", card=pictures.heic()).data)
    upright = look(render(io.BytesIO(pictures.heic()), parse(""), OutputFormat.PNG, limits=Limits()).data)
    assert picture.tobytes() == upright.convert("RGB").tobytes()


@pytest.mark.parametrize("composite", ["over", "atop", "in"])
@pytest.mark.parametrize(("mode", "fill"), [("L", 90), ("LA", (90, 255)), ("RGB", "blue"), ("RGBA", "blue")])
def test_grey_on_all_kinds(mode: str, fill: Any, composite: str) -> None:
    seal = pictures.encode(Image.new("LA", (4, 4), (9, 255)), "PNG")
    made = draw(plain((20, 10), fill, mode), f"draw.image=seal,draw.composite={composite}", seal=seal)
    picture = look(made.data)
    assert picture.mode == mode
    assert colour(picture.convert("RGB"), (10, 5)) == (9, 9, 9)


def test_an_overlay_stays_clear_where_the_rendition_cannot() -> None:
    glass = pictures.transparent_png()
    options = "draw.image=glass,draw.left=0,draw.top=0"
    picture = look(draw(plain((60, 40), "black"), options, OutputFormat.JPEG, glass=glass).data)
    assert is_near(colour(picture, (45, 38)), (0, 0, 0), within=16)


def test_its_orientation_and_profile_are_baked_in() -> None:
    turned = pictures.encode(
        pictures.lay(pictures.draw_card(), 6),
        "PNG",
        exif=pictures.make_exif(6),
        icc_profile=pictures.swapped_profile(),
    )
    picture = look(draw(plain((60, 40), GREY), "draw.image=card", card=turned).data)
    assert is_near(colour(picture, (15, 10)), pictures.BLUE)
    assert is_near(colour(picture, (15, 30)), pictures.RED)


def test_its_metadata_stays_where_it_is() -> None:
    made = draw(
        pictures.photo_jpeg(60, 40),
        "metadata=keep,draw.image=card",
        OutputFormat.JPEG,
        card=pictures.telling_jpeg(),
    )
    assert pictures.CANARY not in made.data
    assert pictures.COPYRIGHT not in made.data
    told = draw(pictures.telling_jpeg(), "draw.image=dot", OutputFormat.JPEG, dot=plain((4, 4), "red"))
    assert pictures.COPYRIGHT in told.data


@pytest.mark.parametrize("format_name", ["GIF", "WEBP"])
def test_on_every_frame(format_name: str) -> None:
    moving = pictures.animation(format_name)
    made = draw(moving, "draw.image=dot,draw.composite=in", OutputFormat.WEBP, dot=plain((6, 6), "red"))
    assert made.frames == 5
    with Image.open(io.BytesIO(made.data)) as picture:
        for number in range(5):
            picture.seek(number)
            assert is_near(colour(picture.convert("RGB"), (30, 20)), pictures.RED, within=40)


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame(format_name: str) -> None:
    picture = look(
        draw(plain((60, 40), GREY), "draw.image=moving", moving=pictures.animation(format_name)).data
    )
    assert is_near(colour(picture, (15, 10)), pictures.RED, within=20)


@pytest.mark.parametrize(
    "output", [OutputFormat.WEBP, OutputFormat.AVIF, OutputFormat.JPEG, OutputFormat.GIF]
)
def test_in_every_format(output: OutputFormat) -> None:
    picture = look(draw(plain((64, 64), GREY), "draw.image=dot", output, dot=plain((32, 32), "red")).data)
    assert is_near(colour(picture.convert("RGB"), (32, 32)), pictures.RED, within=30)


def test_facts_need_no_overlay() -> None:
    made = draw(plain((20, 10), GREY), "w=10,draw.image=logo", OutputFormat.JSON)
    assert are_facts(made.data)
    assert (made.width, made.height) == (10, 5)


def test_a_placeholder_shows_it() -> None:
    bare = draw(plain((600, 400), GREY), "", OutputFormat.PLACEHOLDER)
    drawn = draw(
        plain((600, 400), GREY), "draw.image=dot", OutputFormat.PLACEHOLDER, dot=plain((500, 300), "red")
    )
    assert bare.data != drawn.data
    assert b'"dominant_color": "#f' in drawn.data


@pytest.mark.parametrize(
    ("overlay", "kind", "sentence"),
    [
        (None, OverlayMissing, "There is no image 'logo' to draw"),
        (
            pictures.drawing_svg(),
            OverlayIsSvg,
            "The image 'logo' is an SVG, which cannot be drawn onto another",
        ),
        (b"no picture", BadOverlay, "The image 'logo' cannot be drawn: The file is not an image"),
    ],
)
def test_refusals(overlay: bytes | None, kind: type[Exception], sentence: str) -> None:
    overlays = {} if overlay is None else {"logo": overlay}
    with pytest.raises(kind) as caught:
        draw(plain((20, 10), GREY), "draw.image=logo", **overlays)
    assert str(caught.value) == sentence
    assert caught.value.image == "logo"  # type: ignore[attr-defined]  # all three are OverlayErrors


@pytest.mark.parametrize(
    ("overlay", "options", "cause"),
    [
        (b"no picture", "", NotAnImage),
        (pictures.photo_jpeg()[:5_000], "", DamagedImage),
        (plain((20, 10), GREY), "draw.trim=0;30;0;0", EmptyImage),
        (plain((20, 10), GREY), "draw.width=6000,draw.fit=contain", LimitExceeded),
        (plain((2_000, 10), GREY), "", LimitExceeded),
    ],
)
def test_what_is_wrong_with_an_overlay_is_told_of_it(
    overlay: bytes, options: str, cause: type[Exception]
) -> None:
    with pytest.raises(BadOverlay) as caught:
        draw(plain((20, 10), GREY), f"draw.image=logo,{options}", limits=Limits(max_side=1_500), logo=overlay)
    assert isinstance(caught.value.cause, cause)


def test_an_id_is_quoted_with_care() -> None:
    with pytest.raises(OverlayMissing) as caught:
        draw(plain((20, 10), GREY), "draw.image=%E2%80%AE" + "a" * 100)
    assert str(caught.value) == f"There is no image '?{'a' * 39}' to draw"


def test_who_admits_is_told_of_each_overlay() -> None:
    """Of one that is over a limit nothing is told: it is refused before it costs anything."""
    logo = pictures.encode(Image.new("RGB", (900, 900), "teal"), "PNG")
    limits = Limits(max_pixels=900 * 900)

    def cost_of(options: str, image: bytes) -> int:
        told: list[Cost] = []
        files = {"logo": io.BytesIO(image)}
        with suppress(BadOverlay):
            render(
                io.BytesIO(plain((9, 9), "red")),
                parse(options),
                OutputFormat.PNG,
                limits=limits,
                overlays=files,
                admit=told.append,
            )
        (cost,) = told
        return cost.cpu_ms

    once, twice = (cost_of(f"draw.1.image=logo{more}", logo) for more in ("", ",draw.2.image=logo"))
    none = cost_of("draw.1.image=logo", plain((901, 900), "teal"))
    assert none < once
    assert twice - once == once - none


@pytest.mark.parametrize(
    "how", ["width=30", "width=30,draw.1.height=30,draw.1.fit=cover,draw.1.gravity=auto", "trim=border"]
)
def test_half_an_overlay_by_policy(how: str) -> None:
    whole, options = pictures.photo_jpeg(600, 400), f"draw.1.image=half,draw.1.{how}"
    half, base = whole[: len(whole) // 2], plain((60, 40), GREY)
    with pytest.raises(BadOverlay) as caught:
        draw(base, options, half=half)
    assert isinstance(caught.value.cause, TruncatedImage)
    drawn = draw(base, options, limits=Limits(fail_on=FailOn.NONE), half=half)
    assert (drawn.width, drawn.height) == (60, 40)
