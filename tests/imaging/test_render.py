"""A recipe makes of a source what it says: upright, with the right colours, in the format asked for."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageFilter, ImageSequence

from apps.imaging.errors import DamagedImage, LimitExceeded, TruncatedImage
from apps.imaging.limits import FailOn, Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import Generation, inspect, render
from apps.imaging.source import SourceFormat, sniff
from tests import pictures
from tests.imaging.looking import colour, corners, distance, is_near, look, make

ROOT = Path(__file__).resolve().parents[2]
CARD = pictures.draw_card()
UPRIGHT = [pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE]
RASTERS = [output for output in OutputFormat if output.is_raster]
STILLS = [output for output in RASTERS if output is not OutputFormat.GIF]


def is_upright(data: bytes, *, within: int = 12) -> bool:
    return all(is_near(a, b, within=within) for a, b in zip(corners(data), UPRIGHT, strict=True))


def test_it_works() -> None:
    rendered = make(pictures.photo_jpeg(1080, 720, orientation=6), "w=500,h=500", OutputFormat.JPEG)
    assert (rendered.width, rendered.height, rendered.frames) == (500, 333, 1)
    picture = look(rendered.data)
    assert (picture.format, picture.size) == ("JPEG", (500, 333))
    wanted = pictures.draw_photo(1080, 720).resize((500, 333), Image.Resampling.LANCZOS)
    assert distance(picture, wanted) < 4


@pytest.mark.parametrize("output", RASTERS)
@pytest.mark.parametrize("generation", Generation)
def test_every_format_and_generation(output: OutputFormat, generation: Generation) -> None:
    data = make(pictures.photo_jpeg(400, 300), "w=200", output, generation=generation).data
    expected = {"baseline-jpeg": "jpeg"}.get(output.value, output.value)
    assert sniff(data) is SourceFormat(expected)
    wanted = pictures.draw_photo(400, 300).resize((200, 150), Image.Resampling.LANCZOS)
    assert distance(look(data), wanted) < (12 if output is OutputFormat.GIF else 6)


@pytest.mark.parametrize("output", [OutputFormat.JPEG, OutputFormat.WEBP, OutputFormat.AVIF])
def test_what_is_made_in_the_background_is_smaller(output: OutputFormat) -> None:
    source = pictures.photo_jpeg()
    quick, small = (len(make(source, "w=600", output, generation=each).data) for each in Generation)
    assert small < quick


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("options", ["", "w=30"])
def test_orientation_is_baked_in_once(orientation: int, format_name: str, options: str) -> None:
    stored = pictures.lay(CARD, orientation)
    settings = {"quality": 95} if format_name in ("JPEG", "AVIF", "WEBP") else {}
    if format_name == "TIFF":
        source = pictures.encode(stored, "TIFF", tiffinfo={0x0112: orientation})
    else:
        source = pictures.encode(stored, format_name, exif=pictures.make_exif(orientation), **settings)
    rendered = make(source, options, OutputFormat.JPEG)
    assert (rendered.width, rendered.height) == ((30, 20) if options else (60, 40))
    assert is_upright(rendered.data, within=40 if options else 20)
    assert look(rendered.data).getexif().get(0x0112, 1) == 1


def test_a_photo_for_bright_screens() -> None:
    """An Ultra HDR JPEG has a second picture behind its first; the first is what every screen can show."""
    pixels = pyvips.Image.new_from_memory(CARD.tobytes(), 60, 40, 3, "uchar").copy(interpretation="srgb")
    source = (pixels.colourspace("scrgb") * 3).copy(interpretation="scrgb").uhdrsave_buffer(Q=95)
    assert b"MPF" in source
    assert inspect(io.BytesIO(source), Limits()).oriented_size == (60, 40)
    assert is_near(corners(make(source).data)[0], pictures.RED, within=40)


def test_the_first_of_several_jpegs_in_one_file() -> None:
    source = pictures.encode(CARD, "MPO", quality=95, save_all=True, append_images=[CARD.rotate(180)])
    assert inspect(io.BytesIO(source), Limits()).oriented_size == (60, 40)
    assert is_upright(make(source).data, within=20)


def test_a_phone_s_heic() -> None:
    rendered = make(pictures.heic(), "", OutputFormat.PNG)
    assert (rendered.width, rendered.height) == (64, 48)
    assert is_upright(rendered.data)


@pytest.mark.parametrize("options", ["flip=h", "flip=v", "flip=hv", "rotate=90", "rotate=180", "rotate=270"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_flip_and_rotate(options: str, orientation: int) -> None:
    source = pictures.encode(pictures.lay(CARD, orientation), "PNG", exif=pictures.make_exif(orientation))
    moves = {
        "flip=h": Image.Transpose.FLIP_LEFT_RIGHT,
        "flip=v": Image.Transpose.FLIP_TOP_BOTTOM,
        "flip=hv": Image.Transpose.ROTATE_180,
        "rotate=90": Image.Transpose.ROTATE_270,  # Pillow turns the other way round
        "rotate=180": Image.Transpose.ROTATE_180,
        "rotate=270": Image.Transpose.ROTATE_90,
    }
    assert distance(look(make(source, options).data), CARD.transpose(moves[options])) == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("w=20,h=40,fit=cover,g=left", [pictures.RED, pictures.RED, pictures.BLUE, pictures.BLUE]),
        ("w=20,h=40,fit=cover,g=right", [pictures.GREEN, pictures.GREEN, pictures.WHITE, pictures.WHITE]),
        ("w=60,h=16,fit=cover,g=top", [pictures.RED, pictures.GREEN, pictures.RED, pictures.GREEN]),
        ("w=60,h=16,fit=cover,g=1x1", [pictures.BLUE, pictures.WHITE, pictures.BLUE, pictures.WHITE]),
    ],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_gravity(options: str, expected: list[tuple[int, ...]], orientation: int) -> None:
    source = pictures.encode(pictures.lay(CARD, orientation), "PNG", exif=pictures.make_exif(orientation))
    assert corners(make(source, options).data) == expected


def test_auto_gravity_finds_what_draws_the_eye() -> None:
    picture = Image.new("RGB", (600, 200), (120, 120, 120))
    picture.paste(pictures.draw_card(80, 80), (500, 60))
    found = look(make(pictures.encode(picture, "PNG"), "w=200,h=200,fit=cover,g=auto").data).convert("RGB")
    assert (255, 0, 0) in {pixel for _, pixel in found.getcolors(40_000) or []}


class TestColour:
    @pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
    @pytest.mark.parametrize("options", ["", "w=30"])
    def test_a_profile_is_obeyed_and_dropped(self, format_name: str, options: str) -> None:
        """Red and blue change places in the profile: only colour management shows the card as it is meant."""
        red, green, blue = CARD.split()
        swapped = Image.merge("RGB", (blue, green, red))
        settings = {"quality": 95} if format_name in ("JPEG", "AVIF", "WEBP") else {}
        source = pictures.encode(swapped, format_name, icc_profile=pictures.swapped_profile(), **settings)
        data = make(source, options).data
        assert is_upright(data, within=40)
        assert "icc_profile" not in look(data).info

    def test_a_broken_profile_is_ignored(self) -> None:
        source = pictures.encode(CARD, "JPEG", quality=95, icc_profile=b"\xff" * 3_000)
        assert is_upright(make(source).data, within=20)

    def test_cmyk(self) -> None:
        data = make(pictures.cmyk_jpeg(), "", OutputFormat.JPEG).data
        red, green, blue, white = corners(data)
        assert look(data).mode == "RGB"
        assert red[0] > 200 > 100 > max(red[1:])
        assert green[1] > 120 > 90 > green[0]
        assert blue[2] > 100 > blue[1]
        assert is_near(white, pictures.WHITE)

    def test_16_bits_come_down_to_8(self) -> None:
        picture = look(make(pictures.grey16_png()).data)
        assert picture.mode == "L"
        assert [picture.getpixel((x, 20)) for x in (0, 30, 59)] == [0, 130, 255]

    def test_grey_stays_grey(self) -> None:
        source = pictures.encode(CARD.convert("L"), "JPEG")
        assert look(make(source, "w=30", OutputFormat.JPEG).data).mode == "L"
        assert look(make(source, "w=30,background=red", OutputFormat.JPEG).data).mode == "RGB"


class TestBackground:
    def test_transparency_is_kept_where_the_format_has_it(self) -> None:
        for output in (OutputFormat.PNG, OutputFormat.WEBP, OutputFormat.AVIF):
            picture = look(make(pictures.transparent_png(), "w=30", output).data)
            assert picture.mode == "RGBA"
            assert is_near(colour(picture, (5, 1)), (255, 0, 0, 240), within=20)

    def test_jpeg_is_laid_on_white(self) -> None:
        data = make(pictures.transparent_png(), "", OutputFormat.JPEG).data
        assert is_near(corners(data)[2], (190, 190, 255), within=12)

    def test_or_on_the_recipe_s_colour(self) -> None:
        data = make(pictures.transparent_png(), "background=black", OutputFormat.WEBP).data
        assert look(data).mode == "RGB"
        assert is_near(corners(data)[3], (64, 64, 64))

    def test_a_translucent_one_stays_translucent(self) -> None:
        picture = look(make(pictures.transparent_png(), "background=ff000080").data)
        assert is_near(colour(picture, (45, 39)), (255, 3, 3, 129), within=3)

    @pytest.mark.parametrize(
        ("options", "edge"),
        [("", (255, 255, 255)), (",background=red", (255, 0, 0)), (",background=0000ff80", (0, 0, 255, 128))],
    )
    def test_padding(self, options: str, edge: tuple[int, ...]) -> None:
        source = pictures.encode(CARD, "PNG") if len(edge) == 3 else pictures.transparent_png()
        picture = look(make(source, f"w=60,h=60,fit=pad{options}").data)
        assert picture.size == (60, 60)
        assert colour(picture, (30, 2)) == colour(picture, (30, 57)) == edge
        assert is_near(colour(picture.convert("RGB"), (15, 20)), pictures.RED, within=60)


class TestFilters:
    def test_blur(self) -> None:
        source = pictures.encode(CARD, "PNG")
        wanted = CARD.filter(ImageFilter.GaussianBlur(4))
        assert distance(look(make(source, "blur=8").data), wanted) < 6

    def test_blur_does_not_bring_up_hidden_colours(self) -> None:
        hidden = Image.new("RGBA", (60, 40), (0, 255, 0, 0))
        hidden.paste((255, 0, 0, 255), (0, 0, 30, 40))
        picture = look(make(pictures.encode(hidden, "PNG"), "blur=10").data)
        assert is_near(colour(picture, (30, 20))[:3], pictures.RED)

    def test_sharpen(self) -> None:
        source = pictures.encode(pictures.draw_card(300, 200).filter(ImageFilter.GaussianBlur(1)), "PNG")
        plain, sharp, sharper = (look(make(source, f"sharpen={each}").data) for each in (0, 1, 5))
        assert 0 < distance(plain, sharp) < distance(plain, sharper)


class TestAnimation:
    @pytest.mark.parametrize("source", ["GIF", "WEBP", "PNG", "AVIF"])
    @pytest.mark.parametrize("output", [OutputFormat.GIF, OutputFormat.WEBP])
    def test_it_stays_one(self, source: str, output: OutputFormat) -> None:
        rendered = make(pictures.animation(source, width=120, height=80), "w=60", output)
        assert (rendered.width, rendered.height, rendered.frames) == (60, 40, 5)
        picture = look(rendered.data)
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
        assert len(frames) == 5
        for frame, wanted in zip(frames, pictures.draw_frames(5, 60, 40), strict=True):
            assert distance(frame, wanted) < 12

    # GIF counts the repetitions, WebP how often it plays.
    @pytest.mark.parametrize(("source", "plays"), [("GIF", 4), ("WEBP", 3), ("PNG", 3)])
    def test_delays_and_loop_are_kept(self, source: str, plays: int) -> None:
        picture = look(make(pictures.animation(source), "w=30", OutputFormat.WEBP).data)
        durations = []
        for number in range(5):
            picture.seek(number)
            picture.load()
            durations.append(picture.info["duration"])
        assert durations == [50, 100, 150, 200, 250]
        assert picture.info["loop"] == plays

    def test_frames_are_cut_turned_and_padded_each_by_itself(self) -> None:
        rendered = make(pictures.animation("WEBP"), "rotate=90,w=60,h=60,fit=pad", OutputFormat.WEBP)
        assert (rendered.width, rendered.height) == (60, 60)
        for number, frame in enumerate(ImageSequence.Iterator(look(rendered.data))):
            shade = 255 * (5 - number) // 5
            picture = frame.convert("RGB")
            assert is_near(colour(picture, (2, 30)), pictures.WHITE)
            assert is_near(colour(picture, (20, 15)), (0, 0, shade))
            assert is_near(colour(picture, (40, 45)), (0, shade, 0))

    @pytest.mark.parametrize(
        ("options", "output"),
        [("anim=false", OutputFormat.WEBP), ("", OutputFormat.JPEG), ("", OutputFormat.AVIF)],
    )
    @pytest.mark.parametrize("source", ["GIF", "WEBP", "PNG", "AVIF"])
    def test_or_becomes_its_first_frame(self, source: str, options: str, output: OutputFormat) -> None:
        rendered = make(pictures.animation(source), options, output)
        assert rendered.frames == 1
        assert getattr(look(rendered.data), "n_frames", 1) == 1
        assert is_upright(rendered.data, within=30)

    def test_a_gif_smaller_than_its_screen(self) -> None:
        """libvips takes a screen of 640×480 for a mistake and would deliver the frame alone."""
        gif = bytearray(pictures.encode(CARD, "GIF"))
        gif[6:10] = (640).to_bytes(2, "little") + (480).to_bytes(2, "little")
        rendered = make(bytes(gif))
        assert (rendered.width, rendered.height) == (640, 480)
        picture = look(rendered.data).convert("RGBA")
        assert colour(picture, (15, 10)) == (255, 0, 0, 255)
        assert colour(picture, (300, 300))[3] == 0


def test_a_file_is_read_by_its_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(pictures.photo_jpeg())
    recipe = parse("w=300,h=300,fit=cover")
    with path.open("rb") as file:
        first = render(file, recipe, OutputFormat.WEBP, limits=Limits())
        again = render(file, recipe, OutputFormat.WEBP, limits=Limits())
    from_memory = render(io.BytesIO(path.read_bytes()), recipe, OutputFormat.WEBP, limits=Limits())
    assert first.data == again.data == from_memory.data


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc overwrites what is freed when told to")
@pytest.mark.parametrize("name", ["heic", "photo_jpeg", "grey16_png"])
def test_pixels_outlive_the_decoder(name: str) -> None:
    """libvips reads lazily and keeps no hold on memory that is Python's or the HEIC decoder's."""
    program = f"""
import hashlib
from tests import pictures
from tests.imaging.looking import make
print(hashlib.sha256(make(pictures.{name}(), "rotate=90").data).hexdigest())
"""
    digests = set()
    for pattern in ("0", "85", "170"):
        environment = {"MALLOC_PERTURB_": pattern}
        command = [sys.executable, "-c", program]
        digests.add(
            subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout
        )
    assert len(digests) == 1


def test_a_cut_source_is_not_rendered_half_grey() -> None:
    data = pictures.photo_jpeg()
    with pytest.raises(TruncatedImage):
        make(data[: len(data) // 2], "w=300")


def test_a_source_cut_in_its_last_bytes() -> None:
    data = pictures.encode(pictures.draw_photo(), "WEBP")
    with pytest.raises(DamagedImage):
        make(data[:-3], "w=300")


@pytest.mark.parametrize("options", ["", "w=150", "w=100,h=100,fit=cover,g=auto", "trim=border,w=90"])
def test_half_a_jpeg_by_policy(options: str) -> None:
    whole = pictures.photo_jpeg(600, 400)
    half, forgiving = io.BytesIO(whole[: len(whole) // 2]), Limits(fail_on=FailOn.NONE)
    with pytest.raises(TruncatedImage):
        make(half.getvalue(), options)
    rendered = render(half, parse(options), OutputFormat.PNG, limits=forgiving)
    expected = make(whole, options)
    assert (rendered.width, rendered.height) == (expected.width, expected.height)
    with pytest.raises(TruncatedImage):
        inspect(half, forgiving)


def test_an_enlargement_without_bounds() -> None:
    with pytest.raises(LimitExceeded, match="max_enlarged_side"):
        make(pictures.encode(CARD, "PNG"), "w=12000,h=12000,fit=contain")


class TestEncoding:
    @pytest.mark.parametrize("generation", Generation)
    def test_progressive_only_where_it_pays(self, generation: Generation) -> None:
        source = pictures.photo_jpeg()
        made = {
            options: look(make(source, options, OutputFormat.JPEG, generation=generation).data).info
            for options in ("w=400", "w=40", "w=400,compression=fast")
        }
        assert ["progressive" in info for info in made.values()] == [True, False, False]
        baseline = make(source, "w=400", OutputFormat.BASELINE_JPEG, generation=generation)
        assert "progressive" not in look(baseline.data).info

    @pytest.mark.parametrize(
        ("name", "options", "output"),
        [
            ("card", "", OutputFormat.JPEG),
            ("large card", "", OutputFormat.BASELINE_JPEG),
            ("photo", "q=30", OutputFormat.PNG),
            ("dot", "q=95", OutputFormat.AVIF),
            ("noise", "", OutputFormat.AVIF),
        ],
    )
    def test_small_is_never_larger(self, name: str, options: str, output: OutputFormat) -> None:
        """Pictures on which the settings for small files alone make larger ones, now and then by 4 %."""
        noise = random.Random(1).randbytes(64 * 64 * 3)  # noqa: S311 - nothing secret about it
        drawn = {
            "card": CARD,
            "large card": pictures.draw_card(300, 200),
            "photo": pictures.draw_photo(300, 200),
            "dot": Image.new("RGB", (1, 1)),
            "noise": Image.frombytes("RGB", (64, 64), noise),
        }
        source = pictures.encode(drawn[name], "PNG")
        small, quick = (
            make(source, options, output, generation=each) for each in (Generation.SMALL, Generation.QUICK)
        )
        assert len(small.data) <= len(quick.data)

    @pytest.mark.parametrize("output", [OutputFormat.JPEG, OutputFormat.WEBP, OutputFormat.AVIF])
    def test_quality(self, output: OutputFormat) -> None:
        source = pictures.photo_jpeg()
        sizes = [len(make(source, f"w=400,q={quality}", output).data) for quality in (20, 50, 80, 95)]
        assert sizes == sorted(sizes)
        assert len(make(source, "w=400", output).data) == sizes[2]

    def test_webp_at_100_is_lossless(self) -> None:
        source = pictures.transparent_png()
        exact, again = (look(make(source, "q=100", OutputFormat.WEBP).data), look(source))
        assert distance(exact, again) == 0

    def test_a_png_with_a_quality_has_a_palette(self) -> None:
        source = pictures.photo_jpeg(300, 200)
        assert look(make(source, "").data).mode == "RGB"
        assert look(make(source, "q=70").data).mode == "P"

    @pytest.mark.parametrize("output", STILLS)
    def test_the_same_bytes_each_time(self, output: OutputFormat) -> None:
        source = pictures.photo_jpeg(300, 200)
        assert make(source, "w=100", output).data == make(source, "w=100", output).data
