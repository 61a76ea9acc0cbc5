"""The stock export: transformers' own graph from torch.onnx, dynamically quantised. It works for any model, but its int8
logits are less exact, because it does not smooth activations and keeps no channel in fp32."""

import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from bundle.checkpoint import Checkpoint
from bundle.errors import BundleError
from bundle.graph import ATTENTION_MASK, INPUT_IDS, LOGITS, TOKEN_TYPE_IDS
from bundle.precision import Precision
from bundle.transformers_model import cross_encoder_of


def stock_export(checkpoint: Checkpoint, precision: Precision, file: Path) -> tuple[list[str], int, int]:
    """Writes the graph. Returns the names of its inputs, the number of classes and the number of positions."""
    if precision is Precision.INT8_WEIGHTS:
        raise BundleError(f"--precision is {precision.value}, which a stock export does not have; expected int8-7bit, int8 or fp32")
    model = cross_encoder_of(checkpoint.folder, attention="eager")
    inputs = [INPUT_IDS, ATTENTION_MASK, *([TOKEN_TYPE_IDS] if model.takes_segments else [])]
    example = tuple(torch.ones((1, 16), dtype=torch.long) for _ in inputs)
    dynamic = {name: {0: "batch", 1: "tokens"} for name in inputs} | {LOGITS: {0: "batch"}}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns about branches in transformers' code
        fp32 = Path(scratch) / "fp32.onnx"
        target = file if precision is Precision.FP32 else fp32
        torch.onnx.export(
            model, example, str(target), input_names=inputs, output_names=[LOGITS],
            dynamic_axes=dynamic, opset_version=17, dynamo=False,
        )
        if precision is not Precision.FP32:
            reduced = precision is Precision.INT8_7BIT
            quantize_dynamic(fp32, file, weight_type=QuantType.QInt8, reduce_range=reduced)
    return inputs, model(*example).shape[1], positions(model)


def positions(model: torch.nn.Module) -> int:
    """The longest sequence. It is shorter than the table of positions in families where padding has a position."""
    counts = [
        module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
        for name, module in model.named_modules()
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding)
    ]
    return min(counts, default=model.config.max_position_embeddings)
