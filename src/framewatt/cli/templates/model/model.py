"""A PyTorch model for `framewatt select`: put your own network, weights and inputs in the three places."""

from __future__ import annotations

import torch

WEIGHTS = ""
"""A file of weights (.pt, .pth, .bin or .safetensors) for the network; without one they are random."""


class Network(torch.nn.Module):
    """Your network: the class that the weights were trained with."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3, padding=1), torch.nn.ReLU())
        self.scores = torch.nn.Linear(16, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Scores of a batch of images."""
        return self.scores(self.features(image).mean(dim=(2, 3)))


def build() -> torch.nn.Module:
    """The network with its weights."""
    network = Network()
    if WEIGHTS:
        network.load_state_dict(_weights(WEIGHTS))
    return network


def inputs() -> tuple[torch.Tensor, ...]:
    """One query, in the order of `forward`'s parameters."""
    return (torch.randn(1, 3, 64, 64),)


def _weights(path: str) -> dict[str, torch.Tensor]:
    if path.endswith(".safetensors"):
        from safetensors.torch import load_file  # framewatt select ... --with safetensors==0.8.0

        return load_file(path)
    saved = torch.load(path, map_location="cpu", weights_only=True)
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(saved.get(key), dict):
            return saved[key]
    return saved
