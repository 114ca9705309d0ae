"""Train the bundled example: a ResNet-20 on scikit-learn's handwritten digits, exported to ONNX.

Run it in an environment with ``torch==2.13.0 onnx onnxscript scikit-learn``::

    python train.py OUTPUT_FOLDER

The 8x8 scans are enlarged four times (each pixel repeated) to 32x32, the input size of the published
ResNet-20 (He et al. 2016, section 4.2); every fifth image is held out and becomes ``samples.npz`` with
``labels.npy``. Batch normalisation is folded into the convolutions by the export in evaluation mode.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

EPOCHS = 12
BATCH = 64
SEED = 7


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        """A stride of two halves the picture and widens the shortcut by a 1x1 convolution."""
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)])
        self.shortcut = nn.Conv2d(channels_in, channels, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Feature maps to feature maps."""
        y = torch.relu(self.norms[0](self.first(x)))
        return torch.relu(self.norms[1](self.second(y)) + self.shortcut(x))


class ResNet20(nn.Module):
    """Three stages of three blocks, with 16, 32 and 64 channels."""

    def __init__(self) -> None:
        """Ten classes, one input channel."""
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        blocks = [
            Block(into if i == 0 else out, out, stride if i == 0 else 1)
            for into, out, stride in widths
            for i in range(3)
        ]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(64, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Images (n, 1, 32, 32) to class scores (n, 10)."""
        return self.head(self.blocks(self.stem(image)).mean(dim=(2, 3)))


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Enlarged images (n, 1, 32, 32) in 0..1, labels, and which of them are held out."""
    images, labels = load_digits(return_X_y=True)
    large = np.kron(images.reshape(-1, 1, 8, 8) / 16.0, np.ones((1, 1, 4, 4))).astype(np.float32)
    return large, labels.astype(np.int64), np.arange(len(labels)) % 5 == 0


def train(images: torch.Tensor, labels: torch.Tensor) -> ResNet20:
    """Stochastic gradient descent with a one-cycle schedule."""
    model = ResNet20()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    steps = EPOCHS * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(images))[: len(images) // BATCH * BATCH]
        for batch in order.split(BATCH):
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def main(folder: Path) -> None:
    """Train, export, and write what `framewatt select example:digits` reads."""
    torch.manual_seed(SEED)
    images, labels, held_out = digits()
    model = train(torch.from_numpy(images[~held_out]), torch.from_numpy(labels[~held_out]))
    with torch.no_grad():
        right = model(torch.from_numpy(images[held_out])).argmax(dim=1).numpy() == labels[held_out]
    sys.stdout.write(f"accuracy on {held_out.sum()} held-out images: {right.mean():.4f}\n")
    torch.onnx.export(
        model,
        (torch.from_numpy(images[:1]),),
        folder / "model.onnx",
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    np.savez_compressed(folder / "samples.npz", image=images[held_out])
    np.save(folder / "labels.npy", labels[held_out])
    described = {
        "model": "model.onnx",
        "samples": "samples.npz",
        "labels": "labels.npy",
        "metric": "accuracy",
    }
    (folder / "example.json").write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
