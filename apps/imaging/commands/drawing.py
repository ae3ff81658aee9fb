"""Drawing: the files that stand for the images a recipe draws, as `--draw logo=logo.png` names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from apps.imaging.commands.arguments import Parser
from apps.imaging.commands.endings import UsageError
from apps.imaging.recipe import Recipe

# Paths by the ids of images.
Drawn = Mapping[str, Path]


def add_draw(parser: Parser) -> None:
    parser.add_argument(
        "--draw",
        action="append",
        default=[],
        metavar="ID=FILE",
        help="the file of an image that the options draw; once for each",
    )


def read_drawn(words: Sequence[str], recipe: Recipe) -> Drawn:
    """Return the files of all images that a recipe draws.

    Raises UsageError when one is not named, or no file, and for a word that names none of them.
    """
    drawn: dict[str, Path] = {}
    for word in words:
        image = next((each for each in recipe.drawn_images if word.startswith(f"{each}=")), None)
        if image is None:
            raise UsageError(f"--draw {word}: the options draw no such image")
        drawn[image] = Path(word.removeprefix(f"{image}="))
        if not drawn[image].is_file():
            raise UsageError(f"--draw {word}: there is no such file")
    for image in recipe.drawn_images:
        if image not in drawn:
            raise UsageError(f"the options draw the image {image}: name its file with --draw {image}=FILE")
    return drawn


@contextmanager
def open_drawn(drawn: Drawn) -> Iterator[Mapping[str, BinaryIO]]:
    """Yield the files, open. Raises OSError."""
    with ExitStack() as stack:
        yield {image: stack.enter_context(path.open("rb")) for image, path in drawn.items()}
