"""Inputs for the models of ``models.py``, made from what is real and at hand wherever there is something.

Pictures of text are rows of real handwritten digits (the bundled example's), bytes are this repository's
files. Sound is synthesised: voiced speech as harmonics under formants, music as chords. What lies between
two networks (mel frames, embeddings) is drawn at random at its usual scale.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import framewatt

if TYPE_CHECKING:
    from collections.abc import Callable

Array = np.ndarray
Feed = dict[str, np.ndarray]

QUERIES = 4
_DIGITS = Path(framewatt.__file__).parent / "workload" / "bundled" / "digits" / "samples.npz"
_REPOSITORY = Path(__file__).parents[1]
_FILES = ("README.md", "pyproject.toml", "LICENSE", "benchmarks/models.py")
_RATE = 16000


def write_inputs(name: str, folder: Path) -> Path:
    """Write the queries that the function `name` makes, one .npz file each; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(QUERIES):
        feed = MAKERS[name](number)
        np.savez(folder / f"query-{number}.npz", **feed)  # type: ignore[arg-type] # numpy's stub takes a flag there
    return folder


def heads_and_tails_of_files(number: int) -> Feed:
    """Magika's own features: the first and the last 1024 bytes of a file."""
    content = (_REPOSITORY / _FILES[number]).read_bytes().strip()
    return {"bytes": np.frombuffer(content[:1024] + content[-1024:], np.uint8).astype(np.int32)[None]}


def speech_with_state(number: int) -> Feed:
    """32 ms of sound with the 4 ms before it, and the state at the beginning."""
    return {"input": _speech(576, number)[None], "state": np.zeros((2, 1, 128), np.float32)}


def speech_with_state_and_rate(number: int) -> Feed:
    """The same, and the rate."""
    return {**speech_with_state(number), "sr": np.array(_RATE, np.int64)}


def wake_word_audio(number: int) -> Feed:
    """110 ms of sound at the scale of 16-bit integers, which openWakeWord's front end expects."""
    return {"input": 32767 * _speech(1760, number)[None]}


def mel_frames(number: int) -> Feed:
    """Random mel frames."""
    return {"input_1": _noise((1, 76, 32, 1), number)}


def embeddings(number: int) -> Feed:
    """Random speech embeddings, under the name that PyTorch's exporter gave the input."""
    return {"onnx::Flatten_0": 10 * _noise((1, 16, 96), number)}


def chords(number: int) -> Feed:
    """Two seconds of four-note chords, the notes with decaying overtones."""
    time = np.arange(43844) / 22050
    roots = 220 * 2 ** (np.array([0, 4, 7, 12]) / 12 + number / 6)
    tones = sum(np.sin(2 * np.pi * k * root * time) / k for root in roots for k in range(1, 6))
    return {"serving_default_input_2:0": (0.1 * np.asarray(tones)).astype(np.float32)[None, :, None]}


def page_of_digits(number: int) -> Feed:
    """A page of 480 by 480 pixels, normalised by ImageNet's mean and deviation."""
    page = 1 - _ink(480, 480, number)
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    image = (page - mean[:, None, None]) / deviation[:, None, None]
    return {"x": image.astype(np.float32)[None]}


def line_of_digits(number: int) -> Feed:
    """A line of 48 by 320 pixels, from -1 to 1."""
    return {"x": _coloured(1 - 2 * _ink(48, 320, number))}


def short_line_of_digits(number: int) -> Feed:
    """A line of 48 by 192 pixels, from -1 to 1."""
    return {"x": _coloured(1 - 2 * _ink(48, 192, number))}


def grey_line_of_digits(number: int) -> Feed:
    """A grey line of 64 by 160 pixels, from -1 to 1."""
    return {"input1": (1 - 2 * _ink(64, 160, number)).astype(np.float32)[None, None]}


def picture_of_digits(number: int) -> Feed:
    """A picture of 320 by 320 pixels, from 0 to 1."""
    return {"images": _coloured(1 - _ink(320, 320, number))}


def bright_picture_of_digits(number: int) -> Feed:
    """A picture of 416 by 416 pixels, from 0 to 255."""
    return {"images": _coloured(255 * (1 - _ink(416, 416, number)))}


def _coloured(grey: Array) -> Array:
    """(height, width) to one picture of three equal channels."""
    return np.repeat(grey.astype(np.float32)[None, None], 3, axis=1)


def _ink(height: int, width: int, number: int) -> Array:
    """Digits of 32 by 32 pixels on a grid that is centred; 1 is ink."""
    with np.load(_DIGITS) as archive:
        digits = archive[archive.files[0]][:, 0]
    rows, columns = height // 32, width // 32
    first = number * rows * columns
    tiles = digits[np.arange(first, first + rows * columns) % len(digits)].reshape(rows, columns, 32, 32)
    sheet = tiles.transpose(0, 2, 1, 3).reshape(32 * rows, 32 * columns)
    missing = (height - 32 * rows, width - 32 * columns)
    return np.pad(sheet, [(size // 2, size - size // 2) for size in missing])


def _speech(samples: int, number: int) -> Array:
    """A vowel: harmonics of the voice's pitch under three formants, with some breath."""
    time, pitch = np.arange(samples) / _RATE, 110.0 + 20 * number
    harmonics = pitch * np.arange(1, int(4000 / pitch))
    formants = np.array([[700.0], [1220.0], [2600.0]])
    weights = np.exp(-(((harmonics - formants) / 200) ** 2)).sum(axis=0)
    voice = (weights[:, None] * np.sin(2 * np.pi * harmonics[:, None] * time)).sum(axis=0)
    sound: Array = (0.3 * voice / np.abs(voice).max()).astype(np.float32)
    return sound + 0.005 * _noise((samples,), number)


def _noise(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


MAKERS: dict[str, Callable[[int], Feed]] = {
    maker.__name__: maker
    for maker in (
        heads_and_tails_of_files,
        speech_with_state,
        speech_with_state_and_rate,
        wake_word_audio,
        mel_frames,
        embeddings,
        chords,
        page_of_digits,
        line_of_digits,
        short_line_of_digits,
        grey_line_of_digits,
        picture_of_digits,
        bright_picture_of_digits,
    )
}
