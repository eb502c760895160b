"""Which number type the multiplications of many passages use: measured once, remembered.

The environment variable `QA_PRECISION` overrides: `float32`, `bfloat16`, `int8`, or `auto` (the
default). `auto` times one layer's multiplication in each type that the processor has instructions
for, about a fifth of a second, and remembers the fastest in `~/.cache/article-qa/precision.json`
(under `$XDG_CACHE_HOME` where that is set), by processor and PyTorch version. A processor's flags
alone do not tell: one Xeon with `avx512_bf16` multiplies bfloat16 half as fast as float32.

Vectors of the three types differ by less than matters for ranking (`docs/adr/
0006-embedding-engine.md`), so the embedder's fingerprint does not depend on the choice.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

Precision = Literal["float32", "bfloat16", "int8"]

VARIABLE: Final = "QA_PRECISION"

GAIN: Final = {"float32": 1.0, "bfloat16": 1.1, "int8": 1.5}
"""How many times faster than float32 a type must be for its loss of precision."""

FLOATS: Final[tuple[Precision, ...]] = ("float32", "bfloat16")
"""What other models than the packaged one can be run in."""

_ROUNDS: Final = 3
_VNNI: Final = ("avx512_vnni", "avx_vnni", "amx_int8")

logger = logging.getLogger(__name__)


def choose(among: Sequence[Precision] = get_args(Precision)) -> Precision:
    """The number type to use: as the environment says, or the fastest.

    A type that is unknown or that this processor cannot multiply is logged and not used.

    Args:
        among: The types that the caller can use, float32 among them.
    """
    named = wanted()
    usable = tuple(precision for precision in supported() if precision in among)
    for precision in usable:
        if named == precision:
            return precision
    if named != "auto":
        logger.warning(
            "%s=%s cannot be used here; choosing among %s", VARIABLE, named, ", ".join(usable)
        )
    return _fastest(usable)


def wanted() -> str:
    """What the environment says: the name of a number type, or "auto"."""
    return os.environ.get(VARIABLE, "").strip().lower() or "auto"


def supported() -> tuple[Precision, ...]:
    """The number types that this processor multiplies natively."""
    import torch

    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return ("float32",)
    found: list[Precision] = ["float32"]
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        found.append("bfloat16")
    # Without VNNI, oneDNN adds 8-bit products in 16 bits, which overflow.
    if any(flag in _cpu_info() for flag in _VNNI):
        found.append("int8")
    return tuple(found)


def _fastest(usable: tuple[Precision, ...]) -> Precision:
    import torch

    if len(usable) == 1:
        return usable[0]
    key = f"{_cpu_model()} | torch {torch.__version__} | {' '.join(usable)}"
    remembered = _remembered()
    for precision in usable:
        if remembered.get(key) == precision:
            return precision
    with one_torch_thread():
        seconds = {precision: _seconds(precision) for precision in usable}
    best = fastest(seconds)
    logger.info("embedding in %s; seconds a multiplication: %s", best, seconds)
    _remember({**remembered, key: best})
    return best


def fastest(seconds: dict[Precision, float]) -> Precision:
    """The type that is fastest once each is handicapped by `GAIN`; the first of equals."""
    return min(seconds, key=lambda precision: seconds[precision] * GAIN[precision])


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """PyTorch held to one thread, as each of `PackedEncoder`'s workers is."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _seconds(precision: Precision) -> float:
    """Time of one layer's multiplications for 256 tokens; the least of some rounds."""
    import torch

    from qa.embedding.layers import FloatLayer, Int8Layer, Layer, LayerWeights, ObservedLayer

    with torch.inference_mode():
        generator = torch.Generator().manual_seed(0)

        def normal(*shape: int) -> torch.Tensor:
            return torch.randn(*shape, generator=generator)

        weights = LayerWeights(
            mix=(normal(1152, 384) * 0.05, normal(1152)),
            join=(normal(384, 384) * 0.05, normal(384)),
            widen=(normal(1536, 384) * 0.05, normal(1536)),
            narrow=(normal(384, 1536) * 0.05, normal(384)),
        )
        x = normal(256, 384)
        layer: Layer
        if precision == "int8":
            observed = ObservedLayer(weights)
            for work in (observed.mix, observed.feed, lambda x: observed.join(x, x.clone())):
                work(x)
            layer = Int8Layer(weights, observed.ranges)
        else:
            layer = FloatLayer(weights, getattr(torch, precision))
        best = float("inf")
        for _ in range(_ROUNDS):
            residual = x.clone()
            began = time.perf_counter()
            layer.mix(x)
            layer.feed(layer.join(x, residual))
            best = min(best, time.perf_counter() - began)
    return best


def _file() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "article-qa" / "precision.json"


def _remembered() -> dict[str, str]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):  # RuntimeError: there is no home
        return {}
    return found if isinstance(found, dict) else {}


def _remember(choices: dict[str, str]) -> None:
    try:
        file = _file()
        file.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place: another process reads the old file or the new one.
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.write_text(json.dumps(choices, indent=1), encoding="utf-8")
        part.replace(file)
    except (OSError, RuntimeError) as error:
        logger.info("the choice of number type is not remembered: %s", error)


@lru_cache(maxsize=1)
def _cpu_info() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""


def _cpu_model() -> str:
    """Name, model number and instruction flags matter: clouds call every CPU "Xeon Processor"."""
    wanted = ("model name", "model\t", "stepping", "flags")
    lines = [line for line in _cpu_info().splitlines() if line.startswith(wanted)]
    if not lines:
        return f"{platform.machine()} {platform.processor()}"
    values = [" ".join(line.split(":", 1)[1].split()) for line in lines[:4]]
    flags = f"{zlib.crc32(values[-1].encode()):08x}"
    return " ".join([*values[:-1], flags])
