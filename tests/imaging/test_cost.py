"""The cost of a picture follows from facts: always the same, never less for more, near what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.imaging.cost import Cost, estimate_encode, estimate_inspection, estimate_render
from apps.imaging.geometry.focus import UNKNOWN, Area, FocalPoints
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.lanes import CHEAP_CPU_MS
from apps.imaging.source import SourceFormat, SourceInfo

QUICK, SMALL = Generation.QUICK, Generation.SMALL
MEGABYTE = 10**6
# What 12,000 × 8,333 pixels took to 512 px of JPEG, in a process of its own: milliseconds of one core, and
# megabytes of memory or of address space beyond an idle worker's, whichever is more.
MEASURED = {
    "baseline jpeg": (SourceFormat.JPEG, {"samples": 6, "size_bytes": 19_700_000}, 226, 38),
    "progressive jpeg": (SourceFormat.JPEG, {"samples": 6, "is_interlaced": True}, 1_131, 330),
    "progressive 4:4:4 jpeg": (SourceFormat.JPEG, {"samples": 12, "is_interlaced": True}, 1_641, 631),
    "progressive cmyk jpeg": (SourceFormat.JPEG, {"samples": 16, "is_interlaced": True}, 4_346, 887),
    "png": (SourceFormat.PNG, {"size_bytes": 240 * MEGABYTE}, 1_221, 70),
    "interlaced png": (SourceFormat.PNG, {"is_interlaced": True, "size_bytes": 245 * MEGABYTE}, 2_355, 351),
    "lossy webp": (SourceFormat.WEBP, {"samples": 6}, 918, 266),
    "transparent webp": (SourceFormat.WEBP, {"samples": 10}, 1_755, 343),
    "28 bytes of webp": (SourceFormat.WEBP, {"samples": 16, "size_bytes": 28}, 493, 406),
    "bmp": (SourceFormat.BMP, {"size_bytes": 300 * MEGABYTE}, 957, 780),
    "tiff": (SourceFormat.TIFF, {"size_bytes": 150 * MEGABYTE}, 1_218, 73),
    "avif": (SourceFormat.AVIF, {"samples": 6, "size_bytes": 6_600_000}, 3_784, 1_548),
    "avif with alpha": (SourceFormat.AVIF, {"samples": 10, "size_bytes": 10_300_000}, 7_519, 1_661),
    "avif of 4:4:4 in 10 bits": (SourceFormat.AVIF, {"samples": 12, "bits": 10}, 6_200, 2_463),
}


def cost_of(info: SourceInfo, options: str = "w=512", output: OutputFormat = OutputFormat.JPEG) -> Cost:
    return estimate_render(info, parse(options), output, QUICK)


def test_it_works() -> None:
    photo = SourceInfo(SourceFormat.JPEG, 3000, 2000, samples=6, size_bytes=2 * MEGABYTE)
    assert 20 <= cost_of(photo).cpu_ms <= 80
    assert cost_of(photo).peak_bytes <= 50 * MEGABYTE
    assert cost_of(photo) == cost_of(photo)


@pytest.mark.parametrize("name", MEASURED)
def test_memory_is_near_what_was_measured(name: str) -> None:
    source_format, facts, _, megabytes = MEASURED[name]
    info = SourceInfo(source_format, 12_000, 8_333, **facts)  # type: ignore[arg-type]  # facts by their names
    assert 0.95 * megabytes <= cost_of(info).peak_bytes / MEGABYTE <= 1.5 * megabytes + 100


@pytest.mark.parametrize("name", [name for name in MEASURED if "size_bytes" in MEASURED[name][1]])
def test_time_is_near_what_was_measured(name: str) -> None:
    source_format, facts, milliseconds, _ = MEASURED[name]
    info = SourceInfo(source_format, 12_000, 8_333, **facts)  # type: ignore[arg-type]  # facts by their names
    assert 0.6 * milliseconds <= cost_of(info).cpu_ms <= 4 * milliseconds


SOURCES = st.builds(
    SourceInfo,
    st.sampled_from(SourceFormat),
    st.integers(1, 12_000),
    st.integers(1, 12_000),
    frames=st.integers(1, 50),
    bits=st.sampled_from([1, 8, 10, 16]),
    samples=st.sampled_from([4, 6, 12, 16]),
    is_interlaced=st.booleans(),
    size_bytes=st.integers(0, 10 * MEGABYTE),
)
OPTIONS = st.sampled_from(
    [
        "",
        "w=400",
        "w=400,h=300,fit=cover,g=auto",
        "rotate=90,blur=20",
        "w=900,h=900,fit=pad,sharpen=1",
        "q=100",
    ]
)
OUTPUTS = st.sampled_from([output for output in OutputFormat if output is not OutputFormat.SVG])


def is_no_less(more: Cost, less: Cost) -> bool:
    return more.cpu_ms >= less.cpu_ms and more.peak_bytes >= less.peak_bytes


@given(SOURCES, OPTIONS, OUTPUTS, st.sampled_from(Generation))
def test_a_cost_is_whole_and_known(
    info: SourceInfo, options: str, output: OutputFormat, generation: Generation
) -> None:
    cost = estimate_render(info, parse(options), output, generation)
    assert cost == estimate_render(info, parse(options), output, generation)
    assert (type(cost.cpu_ms), type(cost.peak_bytes)) == (int, int)
    assert is_no_less(cost, Cost())


@given(
    SOURCES, st.integers(1, 3_000), st.sampled_from(["width", "height", "frames", "size_bytes", "samples"])
)
def test_more_of_anything_never_costs_less(info: SourceInfo, more: int, name: str) -> None:
    larger = replace(info, **{name: getattr(info, name) + more})
    assume(name != "frames" or info.is_animated)  # the first frame more makes another decoder
    assert is_no_less(estimate_inspection(larger), estimate_inspection(info))


@given(SOURCES, st.integers(2, 30), OUTPUTS)
def test_a_larger_picture_never_costs_less_to_render(
    info: SourceInfo, factor: int, output: OutputFormat
) -> None:
    larger = replace(info, width=info.width * factor, height=info.height * factor)
    for options in ("", "w=400"):
        assert is_no_less(cost_of(larger, options, output), cost_of(info, options, output))


@given(st.integers(0, 10**8), st.integers(0, 10**6), OUTPUTS, st.sampled_from(Generation))
def test_more_pixels_never_cost_less_to_encode(
    pixels: int, more: int, output: OutputFormat, generation: Generation
) -> None:
    small, large = (estimate_encode(Recipe(), output, count, generation) for count in (pixels, pixels + more))
    assert is_no_less(large, small)


@pytest.mark.parametrize(
    ("cheaper", "costlier"),
    [
        ("w=900", "w=900,blur=10"),
        ("w=900", "w=900,sharpen=2"),
        ("w=900", "w=900,max-bytes=9000"),
        ("w=900", "w=900,rotate=90"),
        ("w=900", "w=1800"),
        ("w=900", "w=900,trim=border"),
        ("w=900", "w=900,draw.1.text=Olive"),
    ],
)
def test_what_is_asked_for_has_its_price(cheaper: str, costlier: str) -> None:
    photo = SourceInfo(SourceFormat.JPEG, 3000, 2000, samples=6)
    assert cost_of(photo, costlier).cpu_ms > cost_of(photo, cheaper).cpu_ms


def test_care_has_its_price() -> None:
    for output in (
        OutputFormat.JPEG,
        OutputFormat.WEBP,
        OutputFormat.AVIF,
        OutputFormat.PNG,
        OutputFormat.GIF,
    ):
        quick, small = (estimate_encode(Recipe(), output, MEGABYTE, each) for each in (QUICK, SMALL))
        assert small.cpu_ms > 2 * quick.cpu_ms


def test_an_animation_costs_all_its_frames() -> None:
    still = SourceInfo(SourceFormat.GIF, 600, 400, samples=16)
    moving = replace(still, frames=50)
    assert cost_of(moving, "", OutputFormat.WEBP).cpu_ms > 30 * cost_of(still, "", OutputFormat.WEBP).cpu_ms
    assert cost_of(moving, "").cpu_ms == cost_of(still, "").cpu_ms, "as JPEG it stands still"


def test_facts_cost_nothing() -> None:
    assert cost_of(SourceInfo(SourceFormat.AVIF, 10_000, 10_000), "", OutputFormat.JSON) == Cost()


def test_a_subject_has_to_be_found_once() -> None:
    info = SourceInfo(SourceFormat.AVIF, 6000, 4000, samples=6)
    known = FocalPoints(Area(5_000, 5_000), ())

    def cost(options: str, known: FocalPoints = UNKNOWN) -> Cost:
        return estimate_render(info, parse(options), OutputFormat.JPEG, QUICK, known)

    middle, eye, face = (cost(f"w=512,h=512,fit=cover,g={gravity}") for gravity in ("center", "auto", "face"))
    assert 1.5 * middle.cpu_ms < eye.cpu_ms < face.cpu_ms
    assert middle.peak_bytes == eye.peak_bytes == face.peak_bytes
    assert cost("w=512,h=512,fit=cover,g=face", known) == middle
    assert cost("w=512,g=face") == cost("w=512")


PHOTO = SourceInfo(SourceFormat.JPEG, 600, 400, samples=6, size_bytes=100_000)
GIANT = SourceInfo(SourceFormat.JPEG, 8_000, 5_336, samples=6, is_interlaced=True, size_bytes=8 * MEGABYTE)
DRAWN = {"giant": GIANT, "logo": replace(PHOTO, format=SourceFormat.PNG, samples=16, has_alpha=True)}


def cost_of_drawing(*overlays: str) -> Cost:
    """Return the cost of drawing onto a small photo what is told by options without their `draw.n.`."""
    options = ",".join(
        f"draw.{number}.{option}" for number, each in enumerate(overlays, 1) for option in each.split(",")
    )
    return estimate_render(PHOTO, parse(options), OutputFormat.JPEG, QUICK, overlays=DRAWN)


def test_each_overlay_is_decoded_however_often_its_image_is_drawn() -> None:
    one, five = (cost_of_drawing(*["image=giant,width=100"] * count) for count in (1, 5))
    none = cost_of(PHOTO, "")
    decoding = estimate_inspection(GIANT).cpu_ms
    assert one.cpu_ms - none.cpu_ms >= decoding
    assert five.cpu_ms - none.cpu_ms >= 5 * decoding
    assert five.peak_bytes < 1.5 * one.peak_bytes, "one after the other"


def test_what_takes_seconds_to_draw_is_not_for_the_cheap_lane() -> None:
    """It took 6.7 s."""
    greedy = "image=giant,width=300,height=300,fit=cover,gravity=face,trim=border,rotate=90"
    assert 6_000 <= cost_of_drawing(*[greedy] * 5).cpu_ms <= 4 * 6_700
    assert cost_of_drawing("image=logo,width=0.2").cpu_ms < 100 < CHEAP_CPU_MS


@pytest.mark.parametrize(
    ("cheaper", "costlier", "decodings"),
    [
        ("image=giant,width=100", "image=giant,width=100,trim=border", 1),
        (
            "image=giant,width=100,height=100,fit=cover",
            "image=giant,width=100,height=100,fit=cover,gravity=auto",
            1,
        ),
        (
            "image=giant,width=90,height=90,fit=cover,gravity=auto",
            "image=giant,width=90,height=90,fit=cover,gravity=face",
            0,
        ),
        ("image=giant", "image=giant,rotate=90", 0),
        ("image=giant", "image=giant,blur=9", 0),
        ("image=logo", "image=giant", 0),
        ("image=logo,width=20", "image=logo,width=20,repeat=true", 0),
        ("text=Olive,size=20", "text=Olive,size=400", 0),
        ("text=Olive,size=100", "text=Olive and more,size=100", 0),
    ],
)
def test_what_is_done_to_an_overlay_has_its_price(cheaper: str, costlier: str, decodings: int) -> None:
    more = cost_of_drawing(costlier).cpu_ms - cost_of_drawing(cheaper).cpu_ms
    assert more > decodings * estimate_inspection(GIANT).cpu_ms


def test_layers_are_kept_until_they_are_drawn() -> None:
    canvas = PHOTO.width * PHOTO.height
    plain, two = (
        cost_of_drawing(*["image=logo,fit=squeeze,width=1.0,height=1.0"] * count) for count in (1, 2)
    )
    assert two.peak_bytes - plain.peak_bytes >= 4 * canvas


OVERLAYS = st.sampled_from(
    [
        "image=giant",
        "image=giant,width=40,trim=border",
        "image=logo,repeat=true,width=9",
        "image=logo,trim.left=900",
        "image=missing",
        "image=logo,width=90,height=90,fit=cover,gravity=face",
        "text=Olive",
        "text=Olive,size=90,rotate=90,blur=3",
        "text=" + "W" * 190 + ",size=1000",
    ]
)


@given(st.lists(OVERLAYS, max_size=4), OVERLAYS)
def test_more_overlays_never_cost_less(overlays: list[str], more: str) -> None:
    assert is_no_less(cost_of_drawing(*overlays, more), cost_of_drawing(*overlays))


def test_a_border_is_looked_for_in_a_pass_of_its_own() -> None:
    plain, trimmed = (cost_of(GIANT, options) for options in ("w=100", "w=100,trim=border"))
    assert trimmed.cpu_ms - plain.cpu_ms > estimate_inspection(GIANT).cpu_ms
    assert trimmed.peak_bytes > 4 * GIANT.width * GIANT.height
