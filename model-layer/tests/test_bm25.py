"""BM25's constants are in the graphs of the committed bundles: who changes a constant must compile those bundles again."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from bundle import bm25

HERE = Path(__file__).parent.parent
BUNDLES = [
    HERE / "models" / "snap-base",
    HERE / "models" / "snap-tiny",
    HERE.parent / "src" / "test" / "resources" / "families" / "interaction",
]


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_the_committed_graph_has_the_constants_of_the_code(bundle: Path) -> None:
    graph = onnx.load(bundle / "model.onnx").graph
    found = {tensor.name: numpy_helper.to_array(tensor).tolist() for tensor in graph.initializer if tensor.name.startswith("words.")}
    assert found["words.slow"] == [np.float32(bm25.K1 * (1 - bm25.B))]
    assert found["words.by_length"] == [np.float32(bm25.K1 * bm25.B / bm25.MEAN_TOKENS)]
    assert found["words.least"] == [np.float32(bm25.MIN_IDF_SUM)]
