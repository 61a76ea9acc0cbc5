"""The stock export: transformers' own graph from torch.onnx, dynamically quantised. It works for any model, but its int8
logits are less exact, because it does not smooth activations and keeps no channel in fp32."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from bundle.checkpoint import Checkpoint
from bundle.errors import BundleError, first_line
from bundle.graph import ATTENTION_MASK, INPUT_IDS, LOGITS, TOKEN_TYPE_IDS
from bundle.onnx_session import one_thread_session
from bundle.precision import Precision
from bundle.transformers_model import CrossEncoder, cross_encoder_of

EXAMPLE_TOKENS = 16
TRIED_TOKENS = 5, 40
"""The lengths at which the export is tried. Tracing may turn what depends on the example's length into a constant."""
TOLERANCE = 1e-3
POSITIONS = 512
"""Of a model whose configuration names no longest sequence."""


def stock_export(checkpoint: Checkpoint, precision: Precision, file: Path) -> tuple[list[str], int, int]:
    """Writes the graph. Returns the names of its inputs, the number of classes and the number of positions."""
    if precision is Precision.INT8_WEIGHTS:
        raise BundleError(f"--precision is {precision.value}, which a stock export does not have; expected int8-7bit, int8 or fp32")
    model = cross_encoder_of(checkpoint.folder, attention="eager")
    inputs = [INPUT_IDS, ATTENTION_MASK, *([TOKEN_TYPE_IDS] if model.takes_segments else [])]
    example = tuple(torch.ones((1, EXAMPLE_TOKENS), dtype=torch.long) for _ in inputs)
    dynamic = {name: {0: "batch", 1: "tokens"} for name in inputs} | {LOGITS: {0: "batch"}}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns about branches in transformers' code
        fp32 = Path(scratch) / "fp32.onnx"
        target = file if precision is Precision.FP32 else fp32
        try:
            torch.onnx.export(
                model, example, str(target), input_names=inputs, output_names=[LOGITS],
                dynamic_axes=dynamic, opset_version=17, dynamo=False,
            )
            off = max(_difference(model, target, inputs, tokens) for tokens in TRIED_TOKENS)
        except Exception as e:  # torch.onnx and onnxruntime have no common type of error
            raise _refusal(checkpoint, f"its export fails: {first_line(e)}") from e
        if not off < TOLERANCE:
            raise _refusal(checkpoint, f"its export's logits are off by {off:.3g}")
        if precision is not Precision.FP32:
            reduced = precision is Precision.INT8_7BIT
            quantize_dynamic(fp32, file, weight_type=QuantType.QInt8, reduce_range=reduced)
    return inputs, model(*example).shape[1], positions(model)


def _difference(model: CrossEncoder, file: Path, inputs: list[str], tokens: int) -> float:
    """The largest difference between the logits of the export and of transformers for a text of this length."""
    places = torch.arange(tokens)[None]
    ids = places % 50 + 5
    given = {INPUT_IDS: ids, ATTENTION_MASK: torch.ones_like(ids), TOKEN_TYPE_IDS: (places >= tokens // 2).long()}
    with torch.no_grad():
        expected = model(*(given[name] for name in inputs)).numpy()
    (found,) = one_thread_session(file).run(None, {name: given[name].numpy() for name in inputs})
    return float(np.abs(found - expected).max())


def _refusal(checkpoint: Checkpoint, found: str) -> BundleError:
    return BundleError(f"{checkpoint.folder}: a {checkpoint.config.get('model_type')} model is not supported, because {found}")


def positions(model: torch.nn.Module) -> int:
    """The longest sequence. It is shorter than the table of positions in families where padding has a position."""
    counts = [
        module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
        for name, module in model.named_modules()
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding)
    ]
    longest = min(counts, default=getattr(model.config, "max_position_embeddings", POSITIONS))
    return longest if longest > 0 else POSITIONS
