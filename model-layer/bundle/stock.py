"""The stock export: transformers' own graph by torch.onnx, dynamically quantised. It takes any model, but in int8 its logits
are further off: activations are not smoothed, and no channel is kept in fp32."""

import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from bundle import interaction
from bundle.checkpoint import Checkpoint
from bundle.encoder import INPUT_IDS, LOGITS, TOKEN_TYPE_IDS
from bundle.errors import BundleError
from bundle.gated import GatedBert, with_second_cls
from bundle.precision import Precision

ATTENTION_MASK = "attention_mask"


class _Logits(torch.nn.Module):
    """transformers' model of a checkpoint, by its inputs' places."""

    def __init__(self, checkpoint: Checkpoint, inputs: list[str]) -> None:
        super().__init__()
        from transformers import AutoModelForSequenceClassification

        try:
            self.model = AutoModelForSequenceClassification.from_pretrained(
                checkpoint.folder, dtype=torch.float32, attn_implementation="eager"
            )
        except ValueError as e:
            raise BundleError(f"{checkpoint.folder} is no cross-encoder that transformers knows: {e}") from e
        self.inputs = inputs
        self.config = self.model.config
        self.classes = self.config.num_labels

    def forward(self, *values: torch.Tensor) -> torch.Tensor:
        return self.model(**dict(zip(self.inputs, values, strict=True))).logits


class _InteractionLogits(torch.nn.Module):
    """That of bundle/interaction.py: transformers' encoder, and the readings as they were trained."""

    classes = 1

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__()
        from train.cross_encoder import load

        self.encoder, self.head = GatedBert(checkpoint.folder), load(checkpoint.folder)
        self.config = self.encoder.bert.config

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        pairs = with_second_cls(ids, segments, mask)
        return self.head.read(self.encoder(*pairs), *pairs)[:, None]


def stock_export(checkpoint: Checkpoint, precision: Precision, file: Path) -> tuple[list[str], int, int]:
    """Writes the graph; the names of its inputs, how many classes it has, and how many positions."""
    inputs = [INPUT_IDS, ATTENTION_MASK]
    if checkpoint.config.get("type_vocab_size", 0) > 1:
        inputs.append(TOKEN_TYPE_IDS)
    gated = interaction.ARCHITECTURE in checkpoint.config.get("architectures", [])
    model = _InteractionLogits(checkpoint) if gated else _Logits(checkpoint, inputs)
    example = tuple(torch.ones((1, 16), dtype=torch.long) for _ in inputs)
    dynamic = {name: {0: "batch", 1: "tokens"} for name in inputs} | {LOGITS: {0: "batch"}}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's own, about Python branches
        fp32 = Path(scratch) / "fp32.onnx"
        target = file if precision is Precision.FP32 else fp32
        torch.onnx.export(
            model.eval(), example, str(target), input_names=inputs, output_names=[LOGITS],
            dynamic_axes=dynamic, opset_version=17, dynamo=False,
        )
        if precision is not Precision.FP32:
            reduced = precision is Precision.INT8_7BIT
            quantize_dynamic(fp32, file, weight_type=QuantType.QInt8, reduce_range=reduced)
    return inputs, model.classes, positions(model)


def positions(model: torch.nn.Module) -> int:
    """How many tokens a sequence may have; families that number padding have fewer than embeddings."""
    counts = [
        module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
        for name, module in model.named_modules()
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding)
    ]
    return min(counts, default=model.config.max_position_embeddings)
