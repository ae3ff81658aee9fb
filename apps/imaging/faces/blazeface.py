"""BlazeFace: a small network that reports faces in 192×192 pixels, "full range", for faces up to 5 m away.

Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019 (arXiv:1907.05047).
The model's inputs and outputs are those of MediaPipe's face_detection_full_range: every fourth pixel of every
fourth row is an anchor, and for each the network gives a score and where the face lies from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from apps.imaging.faces.candidates import Candidate
from apps.imaging.faces.tiles import SIDE

Floats = npt.NDArray[np.float32]

# MediaPipe takes 0.6 for one look at a picture. We take up to 27, each of which may err: with 0.6 the engine
# of a motorcycle (0.66) was a face; real ones of 40 to 300 pixels had 0.79 and more.
LEAST_SCORE = 0.7
_STRIDE = 4
_STDERR = 2


class BlazeFace:
    """The network, loaded; it works in one thread, and without opening a file."""

    def __init__(self, path: Path) -> None:
        with _muted():
            self._network = Interpreter(model_content=path.read_bytes(), num_threads=1)
            self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]["index"]
        shapes = {tuple(entry["shape"])[-1]: entry["index"] for entry in self._network.get_output_details()}
        self._boxes, self._scores = shapes[16], shapes[1]
        self._anchors = make_anchors()
        self(bytes(SIDE * SIDE * 3))  # what is prepared lazily is prepared now

    def __call__(self, pixels: bytes) -> list[Candidate]:
        """Return what may be faces in SIDE×SIDE pixels of sRGB, in shares of its sides, several for each."""
        tile = np.frombuffer(pixels, np.uint8).reshape(1, SIDE, SIDE, 3)
        self._network.set_tensor(self._input, tile.astype(np.float32) / 127.5 - 1)
        self._network.invoke()
        scores = _as_shares(self._network.get_tensor(self._scores)[0, :, 0])
        counted = scores >= LEAST_SCORE
        boxes = self._network.get_tensor(self._boxes)[0, counted, :4] / np.float32(SIDE)
        middles, halves = boxes[:, :2] + self._anchors[counted], boxes[:, 2:] / 2
        found = np.hstack([middles - halves, middles + halves, scores[counted, np.newaxis]])
        return [Candidate(*values) for values in found.tolist()]


def make_anchors() -> Floats:
    """Return the middle of each anchor's cell, x and y in shares of the side, row by row."""
    places = (np.arange(SIDE // _STRIDE, dtype=np.float32) + 0.5) / (SIDE // _STRIDE)
    down, across = np.meshgrid(places, places, indexing="ij")
    return np.stack([across.ravel(), down.ravel()], axis=1)


def _as_shares(logits: Floats) -> Floats:
    """Return scores from 0 to 1."""
    # Beyond 80 the exponential of a single-precision number overflows.
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))), np.float32)


@contextmanager
def _muted() -> Iterator[None]:
    """Keep the runtime from telling the user of a command line which delegate it made; it has no switch."""
    kept, nothing = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nothing)
