"""Write the graph that ONNX Runtime runs the packaged model's layers by: `layers.onnx`.

    python -m benchmarks.layers_graph        # needs the package onnx

The graph holds no weights, only their names as in `model.safetensors`: the packaged model and the
reader, which is of the same measures, are run by the same one (`qa.embedding.onnx_layers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from onnx import ModelProto, NodeProto, TensorProto, helper

import qa.embedding
from qa.embedding.bert import BertConfig
from qa.embedding.onnx_layers import AFTER, GRAPH, STATES, WANTED
from qa.embedding.packaged import model_folder

FILE: Final = Path(qa.embedding.__file__).parent / GRAPH
_FUSED: Final = "com.microsoft"
"""ONNX Runtime's own operators, each several of the standard ones in one pass."""
_OPSETS: Final = (("", 18), (_FUSED, 1))
_FORMAT: Final = 9
_FIRST_AXIS: Final = "first axis"


class _Graph:
    """Nodes and the weights they name, as they are added."""

    def __init__(self, config: BertConfig) -> None:
        self.config = config
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def add(
        self,
        kind: str,
        inputs: Sequence[str],
        output: str,
        domain: str = "",
        **how: Any,  # noqa: ANN401
    ) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **how))
        return output

    def weight(self, name: str, *shape: int) -> str:
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="none: given with the session")
        self.weights.append(tensor)
        return name

    def linear(self, x: str, name: str, outputs: int, inputs: int, *, bias: bool = True) -> str:
        of_rows = [x, self.weight(f"{name}.weight", outputs, inputs)]
        if bias:
            of_rows.append(self.weight(f"{name}.bias", outputs))
        return self.add("Gemm", of_rows, f"{name}.output", transB=1)

    def norm(self, x: str, residual: str, name: str, output: str) -> str:
        size = self.config.dimension
        both = [self.weight(f"{name}.{kind}", size) for kind in ("weight", "bias")]
        inputs = [x, residual, *both]
        how = {"epsilon": self.config.epsilon}
        return self.add("SkipLayerNormalization", inputs, output, _FUSED, **how)

    def layer(self, x: str, prefix: str, output: str, wanted: str | None = None) -> None:
        """One layer; only the wanted tokens' states are computed after attention."""
        size, wide = self.config.dimension, self.config.intermediate
        kept = x if wanted is None else self.add("Gather", [x, wanted], f"{prefix}.kept")
        parts = []
        for part, of in (("query", kept), ("key", x), ("value", x)):
            name = f"{prefix}.attention.self.{part}"
            rows = self.linear(of, name, size, size)
            parts.append(self.add("Unsqueeze", [rows, _FIRST_AXIS], f"{name}.batch"))
        name = f"{prefix}.attention.output"
        heads = {"num_heads": self.config.heads}
        seen = self.add("MultiHeadAttention", parts, f"{prefix}.seen.batch", _FUSED, **heads)
        seen = self.add("Squeeze", [seen, _FIRST_AXIS], f"{prefix}.seen")
        joined = self.linear(seen, f"{name}.dense", size, size)
        joined = self.norm(joined, kept, f"{name}.LayerNorm", f"{prefix}.joined")
        name = f"{prefix}.intermediate.dense"
        widened = self.linear(joined, name, wide, size, bias=False)
        bias = self.weight(f"{name}.bias", wide)
        active = self.add("BiasGelu", [widened, bias], f"{prefix}.active", _FUSED)
        fed = self.linear(active, f"{prefix}.output.dense", size, wide)
        self.norm(fed, joined, f"{prefix}.output.LayerNorm", output)


def graph(config: BertConfig) -> ModelProto:
    """All layers: `STATES`, float32 (tokens, dimension), to `AFTER` of the `WANTED` tokens."""
    made = _Graph(config)
    x = STATES
    for number in range(config.layers):
        last = number == config.layers - 1
        prefix = f"encoder.layer.{number}"
        after = AFTER if last else f"{prefix}.after"
        made.layer(x, prefix, after, WANTED if last else None)
        x = after
    first_axis = helper.make_tensor(_FIRST_AXIS, TensorProto.INT64, [1], [0])
    size = config.dimension
    whole = helper.make_graph(
        made.nodes,
        "layers",
        [
            helper.make_tensor_value_info(STATES, TensorProto.FLOAT, ["tokens", size]),
            helper.make_tensor_value_info(WANTED, TensorProto.INT64, ["wanted"]),
        ],
        [helper.make_tensor_value_info(AFTER, TensorProto.FLOAT, ["wanted", size])],
        [*made.weights, first_axis],
    )
    opsets = [helper.make_opsetid(*opset) for opset in _OPSETS]
    return helper.make_model(whole, opset_imports=opsets, ir_version=_FORMAT)


def main() -> None:
    """Write it."""
    FILE.write_bytes(graph(BertConfig.load(model_folder())).SerializeToString(deterministic=True))
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
