"""The reader in PyTorch, to be trained; `qa.answering.reader` is the same in ONNX Runtime.

Tokens of a batch lie one after another without padding, except inside attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import torch
from safetensors.numpy import save
from safetensors.torch import load, load_file
from torch import Tensor, nn
from torch.nn import functional

from qa.answering.reader import Layout
from qa.embedding.bert import BertConfig
from qa.embedding.packaged import model_folder

DROPOUT: Final = 0.15
HEAD_DROPOUT: Final = 0.1
_LARGEST: Final = 127

_WEIGHTS: Final = {
    "mix": tuple(f"attention.self.{part}" for part in ("query", "key", "value")),
    "join": ("attention.output.dense",),
    "join_norm": ("attention.output.LayerNorm",),
    "widen": ("intermediate.dense",),
    "narrow": ("output.dense",),
    "narrow_norm": ("output.LayerNorm",),
}


class Grid(NamedTuple):
    """Where packed tokens stand in a padded batch.

    Attributes:
        places: (tokens,), of all places.
        mask: (rows, 1, 1, columns), what is added to attention's scores: much less than nothing
            where no token is.
        rows: Sequences.
        columns: Tokens of the longest.
    """

    places: Tensor
    mask: Tensor
    rows: int
    columns: int

    @classmethod
    def of(cls, lengths: Sequence[int]) -> Grid:
        """For sequences of these lengths."""
        real = torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]
        places = real.flatten().nonzero()[:, 0]
        hidden = torch.zeros(real.shape).masked_fill(~real, -1e4)
        return cls(places, hidden[:, None, None, :], len(lengths), max(lengths))


class Layer(nn.Module):
    """One encoder layer, started from the packaged model's."""

    def __init__(self, weights: dict[str, Tensor], prefix: str, config: BertConfig) -> None:
        super().__init__()
        self._config = config
        for own, names in _WEIGHTS.items():
            for kind in ("weight", "bias"):
                values = torch.cat([weights[f"{prefix}.{name}.{kind}"] for name in names])
                self.register_parameter(f"{own}_{kind}", nn.Parameter(values.float()))

    def forward(self, x: Tensor, grid: Grid) -> Tensor:
        """(tokens, dimension) → the same."""
        c = self._config
        mixed = self._times(x, "mix")
        padded = mixed.new_zeros(grid.rows * grid.columns, 3 * c.dimension)
        padded = padded.index_copy(0, grid.places, mixed)
        shape = (grid.rows, grid.columns, 3, c.heads, c.head_size)
        query, key, value = padded.view(shape).permute(2, 0, 3, 1, 4).contiguous()
        # PyTorch's own attention takes twice the time of these products, most of it backwards.
        scores = (query * c.head_size**-0.5) @ key.transpose(-1, -2) + grid.mask
        seen = torch.softmax(scores, dim=-1) @ value
        seen = seen.transpose(1, 2).reshape(-1, c.dimension)[grid.places]
        x = self._norm(x + self._drop(self._times(seen, "join")), "join_norm")
        narrow = self._times(functional.gelu(self._times(x, "widen")), "narrow")
        return self._norm(x + self._drop(narrow), "narrow_norm")

    def _times(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias"))

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, DROPOUT, self.training)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")
        return functional.layer_norm(x, x.shape[-1:], weight, bias, self._config.epsilon)


class Judged(NamedTuple):
    """What the reader says of a batch.

    Attributes:
        answers: (sentences,), log odds that each answers, of one sequence after another.
        spans: (tokens, 2), scores as a span's start and end.
        first: (sequences,), where each sequence's first token is.
        sequence: (tokens,), which sequence a token is of.
        sentence: (tokens,), which of all sentences a token is of; -1 for none.
    """

    answers: Tensor
    spans: Tensor
    first: Tensor
    sequence: Tensor
    sentence: Tensor


class TorchReader(nn.Module):
    """Embeddings as packaged and frozen; layers and heads to be trained."""

    def __init__(self) -> None:
        super().__init__()
        folder = model_folder()
        self.config = BertConfig.load(folder)
        self.base = load_file(folder / "model.safetensors")
        d = self.config.dimension
        layers = [
            Layer(self.base, f"encoder.layer.{i}", self.config) for i in range(self.config.layers)
        ]
        self.own = nn.ModuleList(layers)
        self.pool, self.answers, self.span = nn.Linear(2 * d, d), nn.Linear(d, 1), nn.Linear(d, 2)
        for head in (self.answers, self.span):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, batch: Sequence[Layout]) -> Judged:
        """Judge a batch."""
        lengths = [row.length for row in batch]
        grid = Grid.of(lengths)
        x = self._embedded(batch)
        for layer in self.own:
            x = layer(x, grid)
        first = torch.tensor([0, *lengths[:-1]]).cumsum(0)
        sequence = torch.repeat_interleave(torch.arange(len(batch)), torch.tensor(lengths))
        sentence = torch.full((len(x),), -1)
        of: list[int] = []
        for number, (offset, row) in enumerate(zip(first.tolist(), batch, strict=True)):
            for start, end in row.sentences:
                sentence[offset + start : offset + end] = len(of)
                of.append(number)
        inside = sentence >= 0
        counts = torch.bincount(sentence[inside], minlength=len(of)).clamp(min=1)[:, None]
        mean = torch.zeros(len(of), x.shape[1]).index_add(0, sentence[inside], x[inside]) / counts
        both = torch.cat([x[first[torch.tensor(of)]], mean], 1)
        both = functional.dropout(both, HEAD_DROPOUT, self.training)
        answers = self.answers(functional.gelu(self.pool(both)))[:, 0]
        return Judged(answers.float(), self.span(x).float(), first, sequence, sentence)

    @torch.no_grad()
    def _embedded(self, batch: Sequence[Layout]) -> Tensor:
        """What goes into the first layer, (tokens, dimension)."""
        base = self.base
        ids = torch.tensor([i for row in batch for i in (*row.asked, *row.read)])
        kinds = torch.tensor([k for row in batch for k in _kinds(row)])
        places = torch.cat([torch.arange(row.length) for row in batch])
        x = base["embeddings.word_embeddings.weight"][ids]
        x = x + base["embeddings.position_embeddings.weight"][places]
        x = x + base["embeddings.token_type_embeddings.weight"][kinds]
        norm = base["embeddings.LayerNorm.weight"], base["embeddings.LayerNorm.bias"]
        return functional.layer_norm(x, x.shape[-1:], *norm, self.config.epsilon)

    def start_from(self, data: bytes) -> None:
        """Take the weights that an earlier run kept, or what `file` made of them."""
        found = load(data)
        if not any(name.endswith(".scale") for name in found):
            self.load_state_dict(found)
            return
        heads = {name: values for name, values in found.items() if name.startswith("head.")}
        state = {name.removeprefix("head."): values.float() for name, values in heads.items()}
        for number in range(len(self.own)):
            for own, names in _WEIGHTS.items():
                for kind in ("weight", "bias"):
                    keys = [f"encoder.layer.{number}.{name}.{kind}" for name in names]
                    parts = [self.base[k] + found[k].float() * found[f"{k}.scale"] for k in keys]
                    state[f"own.{number}.{own}_{kind}"] = torch.cat(parts)
        self.load_state_dict(state)

    def file(self) -> bytes:
        """As `qa.answering.reader` reads it: 8-bit differences, a scale for each row; the heads."""
        found: dict[str, np.ndarray] = {}
        for number, layer in enumerate(self.own):
            for own, names in _WEIGHTS.items():
                for kind in ("weight", "bias"):
                    whole = getattr(layer, f"{own}_{kind}").detach()
                    for name, part in zip(names, whole.chunk(len(names)), strict=True):
                        key = f"encoder.layer.{number}.{name}.{kind}"
                        found |= _differences(key, part.numpy() - self.base[key].numpy())
        for name in ("pool", "answers", "span"):
            for kind, values in getattr(self, name).named_parameters():
                found[f"head.{name}.{kind}"] = values.detach().numpy().astype(np.float16)
        return save(found)


def _kinds(row: Layout) -> list[int]:
    return [0] * len(row.asked) + [1] * len(row.read)


def _differences(key: str, values: np.ndarray) -> dict[str, np.ndarray]:
    rows = values.reshape(len(values), -1) if values.ndim > 1 else values.reshape(1, -1)
    scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-8) / _LARGEST
    codes = np.round(rows / scale).astype(np.int8).reshape(values.shape)
    return {
        key: codes,
        f"{key}.scale": scale.astype(np.float32).reshape(-1, *[1] * (values.ndim - 1)),
    }
