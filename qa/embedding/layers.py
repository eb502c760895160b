"""The matrix work of one BERT layer in PyTorch, in three number types with one interface.

Weights are packed once into oneDNN's layout, and bias, GELU and residual are fused into the
multiplication: through `torch.nn.functional.linear` the same work takes up to twice as long
(`docs/adr/0006-embedding-engine.md`). Hidden states between the multiplications are float32 in
all three, so a number type costs precision only inside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

OUTLIER = 6.0
"""GELU outputs above this are spread over several 8-bit channels, see `Int8Layer`. From 5 to 6
vectors are nearest to float32's (mean cosine .9988; .9986 at 8, .9980 at 3)."""

MIGRATION = 0.7
"""SmoothQuant's α: how much of the activations' unevenness the weights take over. Mean cosine
.9985 at .5, .9988 at .6, .9989 at .7, .9961 at 1."""

HEADROOM = 1.1
"""Ranges are taken this much wider than seen on the calibration texts."""

_GELU_LOW = -0.17  # GELU's minimum is -0.16997
_LEVELS = 255
_ZERO = 128


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """One layer's (weight, bias) pairs, float32; weights are (outputs, inputs).

    Attributes:
        mix: Query, key and value, one under the other, the query already divided by √(head size).
        join: Attention's output.
        widen: The feed-forward network's first half.
        narrow: Its second.
    """

    mix: tuple[Tensor, Tensor]
    join: tuple[Tensor, Tensor]
    widen: tuple[Tensor, Tensor]
    narrow: tuple[Tensor, Tensor]


class Layer(Protocol):
    """What a layer computes besides attention and normalisation; float32 (tokens, width)."""

    def mix(self, x: Tensor) -> Tensor:
        """Query, key and value side by side."""

    def join(self, attended: Tensor, x: Tensor) -> Tensor:
        """Attention's output, added to the residual `x` (which it may overwrite)."""

    def feed(self, x: Tensor) -> Tensor:
        """The feed-forward network's output, added to its input (which it may overwrite)."""


class FloatLayer:
    """float32 or bfloat16 multiplications.

    Args:
        weights: The layer's.
        dtype: `torch.float32` or `torch.bfloat16`.
    """

    def __init__(self, weights: LayerWeights, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._mix = self._packed(weights.mix)
        self._join = self._packed(weights.join)
        self._widen = self._packed(weights.widen)
        self._narrow = self._packed(weights.narrow)

    def _packed(self, pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        weight, bias = (t.to(self._dtype) for t in pair)
        if torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            weight = torch.ops.mkldnn._reorder_linear_weight(weight)
        return weight, bias

    def _linear(self, x: Tensor, pair: tuple[Tensor, Tensor], then: str = "none") -> Tensor:
        weight, bias = pair
        x = x.to(self._dtype)
        if weight.is_mkldnn:
            packed: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, then, [], "none")
            return packed
        y = torch.nn.functional.linear(x, weight, bias)
        return torch.nn.functional.gelu(y) if then == "gelu" else y

    def mix(self, x: Tensor) -> Tensor:
        """See `Layer.mix`."""
        return self._linear(x, self._mix).float()

    def join(self, attended: Tensor, x: Tensor) -> Tensor:
        """See `Layer.join`."""
        return x.add_(self._linear(attended, self._join))

    def feed(self, x: Tensor) -> Tensor:
        """See `Layer.feed`."""
        return x.add_(self._linear(self._linear(x, self._widen, "gelu"), self._narrow))


@dataclass(slots=True)
class Ranges:
    """The largest magnitude of each channel of a layer's activations, as seen so far."""

    mix: Tensor
    join: Tensor
    widen: Tensor
    narrow: Tensor


class ObservedLayer:
    """Plain float32, noting the ranges of what it multiplies."""

    def __init__(self, weights: LayerWeights) -> None:
        self._weights = weights
        self.ranges = Ranges(
            *(torch.zeros(pair[0].shape[1]) for pair in (weights.mix, weights.join)),
            *(torch.zeros(pair[0].shape[1]) for pair in (weights.widen, weights.narrow)),
        )

    def mix(self, x: Tensor) -> Tensor:
        """See `Layer.mix`."""
        self.ranges.mix = torch.maximum(self.ranges.mix, x.abs().amax(0))
        return torch.nn.functional.linear(x, *self._weights.mix)

    def join(self, attended: Tensor, x: Tensor) -> Tensor:
        """See `Layer.join`."""
        self.ranges.join = torch.maximum(self.ranges.join, attended.abs().amax(0))
        return x + torch.nn.functional.linear(attended, *self._weights.join)

    def feed(self, x: Tensor) -> Tensor:
        """See `Layer.feed`."""
        self.ranges.widen = torch.maximum(self.ranges.widen, x.abs().amax(0))
        wide = torch.nn.functional.gelu(torch.nn.functional.linear(x, *self._weights.widen))
        self.ranges.narrow = torch.maximum(self.ranges.narrow, wide.amax(0))
        return x + torch.nn.functional.linear(wide, *self._weights.narrow)


class Int8Layer:
    """8-bit multiplications (activations unsigned, weights signed) with sums in 32 bits.

    Every scale is fixed beforehand, so a text's vector does not depend on its neighbours.
    Activations are evened out channel by channel and the weights take over the difference (Xiao
    et al., "SmoothQuant", ICML 2023). The few channels in which GELU gives outputs far above all
    others, on [CLS] or [SEP], would coarsen the steps of all; instead such a channel is cut off
    at `OUTLIER`, and copies of it with the bias lowered by one, two, ... `OUTLIER` carry what
    lies above (GELU is the identity there).

    Args:
        weights: The layer's.
        ranges: Seen on calibration texts.
    """

    def __init__(self, weights: LayerWeights, ranges: Ranges) -> None:
        step = (OUTLIER - _GELU_LOW) / _LEVELS
        self._wide_step, self._wide_zero = step, round(-_GELU_LOW / step)
        widen, narrow = _spread(weights.widen, weights.narrow, ranges.narrow * HEADROOM)
        self._mix = _Smoothed(weights.mix, ranges.mix)
        self._join = _Smoothed(weights.join, ranges.join)
        self._widen = _Smoothed(widen, ranges.widen)
        self._narrow = _Int8Weights(narrow)

    def mix(self, x: Tensor) -> Tensor:
        """See `Layer.mix`."""
        return self._mix.linear(x)

    def join(self, attended: Tensor, x: Tensor) -> Tensor:
        """See `Layer.join`."""
        return self._join.weights.add_to(x, self._join.quantise(attended), 1.0, _ZERO)

    def feed(self, x: Tensor) -> Tensor:
        """See `Layer.feed`."""
        wide = self._widen.linear_gelu(x, self._wide_step, self._wide_zero)
        return self._narrow.add_to(x, wide, self._wide_step, self._wide_zero)


class _Int8Weights:
    """A weight matrix in signed 8 bits, one scale an output, with its bias."""

    def __init__(self, pair: tuple[Tensor, Tensor]) -> None:
        weight, self.bias = pair
        self.scales = weight.abs().amax(1).clamp(min=1e-8) / 127
        whole = (weight / self.scales[:, None]).round().to(torch.int8).contiguous()
        self.packed: Tensor = torch.ops.onednn.qlinear_prepack(whole, None)
        self.zeros = torch.zeros(len(weight), dtype=torch.int64)

    def add_to(self, x: Tensor, quantised: Tensor, step: float, zero: int) -> Tensor:
        out: Tensor = torch.ops.onednn.qlinear_pointwise.binary(
            *(quantised, step, zero, self.packed, self.scales, self.zeros, x, self.bias),
            *(1.0, 0, torch.float32, 1.0, 0, "sum", 1.0, "none", [], ""),
        )
        return out


class _Smoothed:
    """8-bit weights with the steps, one an input channel, that its activations are rounded to."""

    def __init__(self, pair: tuple[Tensor, Tensor], ranges: Tensor) -> None:
        weight, bias = pair
        ranges = (ranges * HEADROOM).clamp(min=1e-3)
        smooth = ranges**MIGRATION / weight.abs().amax(0).clamp(min=1e-5) ** (1 - MIGRATION)
        steps = smooth * (ranges / smooth).max() / 127
        self._inverse_steps = 1 / steps
        self._offset = torch.tensor(_ZERO + 0.5)  # with it, cutting off decimals rounds
        self.weights = _Int8Weights((weight * steps, bias))

    def quantise(self, x: Tensor) -> Tensor:
        scaled = torch.addcmul(self._offset, x, self._inverse_steps)
        return scaled.clamp_(0, _LEVELS).to(torch.uint8)

    def linear(self, x: Tensor) -> Tensor:
        return self._multiply(x, 1.0, 0, torch.float32, "none")

    def linear_gelu(self, x: Tensor, step: float, zero: int) -> Tensor:
        return self._multiply(x, step, zero, torch.uint8, "gelu")

    def _multiply(self, x: Tensor, step: float, zero: int, dtype: torch.dtype, then: str) -> Tensor:
        w = self.weights
        out: Tensor = torch.ops.onednn.qlinear_pointwise(
            *(self.quantise(x), 1.0, _ZERO, w.packed, w.scales, w.zeros, w.bias),
            *(step, zero, dtype, then, [], "none"),
        )
        return out


def _spread(
    widen: tuple[Tensor, Tensor], narrow: tuple[Tensor, Tensor], highest: Tensor
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    channels: list[int] = []
    lowered: list[float] = []
    for channel in torch.nonzero(highest > OUTLIER).flatten().tolist():
        copies = int(highest[channel] // OUTLIER)
        channels += [channel] * copies
        lowered += [OUTLIER * (i + 1) for i in range(copies)]
    idle = -len(channels) % 16  # oneDNN's kernels work in blocks of 16 channels
    rows = torch.cat([widen[0], widen[0][channels], torch.zeros(idle, widen[0].shape[1])])
    bias = torch.cat([widen[1], widen[1][channels] - torch.tensor(lowered), torch.zeros(idle)])
    columns = [narrow[0], narrow[0][:, channels], torch.zeros(narrow[0].shape[0], idle)]
    return (rows, bias), (torch.cat(columns, 1), narrow[1])
