"""A BERT's layers in ONNX Runtime, on all cores: questions, few passages, and the reader.

The graph comes without weights (`benchmarks/layers_graph.py` writes it); they are given with the
session, in arrays that are in memory already, so that one takes a tenth of a second to make.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from typing import Final

import numpy as np
import onnxruntime

from qa.protocols import Floats, Ids

GRAPH: Final = "layers.onnx"
STATES: Final = "states"
WANTED: Final = "wanted"
AFTER: Final = "after"
"""What goes into the graph and comes out."""

MOST_CORES: Final = 4
"""A question's matrices are small, and a server answers several questions at a time."""

_ERRORS_ONLY: Final = 3


class OnnxLayers:
    """All layers of a model with the packaged one's measures. Safe to use from several threads.

    Args:
        weights: By their names in `model.safetensors`; others are left alone.
    """

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS_ONLY
        options.intra_op_num_threads = min(os.cpu_count() or 1, MOST_CORES)
        # Threads wait for each other's part by spinning, a tenth faster than asleep, and no longer:
        # one that went on after the run would hold up whatever else is at work.
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.add_session_config_entry("session.force_spinning_stop", "1")
        of_layers = {name: values for name, values in weights.items() if ".layer." in name}
        given = [onnxruntime.OrtValue.ortvalue_from_numpy(v) for v in of_layers.values()]
        options.add_external_initializers(list(of_layers), given)
        graph = (resources.files("qa.embedding") / GRAPH).read_bytes()
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, states: Floats, wanted: Ids | None = None) -> Floats:
        """States after the last layer, float32 (wanted, dimension).

        Args:
            states: Before the first, float32 (tokens, dimension), of one sequence.
            wanted: The tokens whose states are wanted, in order; None is all.
        """
        tokens = np.arange(len(states)) if wanted is None else wanted
        after: Floats
        [after] = self._session.run([AFTER], {STATES: states, WANTED: tokens})
        return after
