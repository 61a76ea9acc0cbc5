"""The one place that loads models by transformers: bundles are calibrated on them, exported from them and compared with them."""

from pathlib import Path

import torch
import transformers
from torch import Tensor

from bundle import interaction_model
from bundle.checkpoint import TOKENIZER, config_of
from bundle.errors import BundleError
from bundle.gated import GatedBert, with_second_cls
from bundle.pairs import FALSE, TRUE, id_of, tokenizer_of


class SequenceClassifier(torch.nn.Module):
    """A model of one of transformers' ...ForSequenceClassification classes."""

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32, attention: str | None = None) -> None:
        super().__init__()
        try:
            self.model = transformers.AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=dtype, attn_implementation=attention
            )
        except ValueError as e:
            raise BundleError(f"{folder} is no cross-encoder that transformers knows: {e}") from e
        self.config = self.model.config
        self.takes_segments = getattr(self.config, "type_vocab_size", 0) > 1

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """[pairs, classes] of ids, mask and segments, each [pairs, tokens]; without a mask there is no padding."""
        inputs = {"input_ids": ids}
        if mask is not None:
            inputs["attention_mask"] = mask
        if self.takes_segments:
            inputs["token_type_ids"] = segments
        return self.model(**inputs).logits


class InteractionClassifier(torch.nn.Module):
    """The encoder of an InteractionCrossEncoder as transformers runs it, and its readings as they were trained."""

    takes_segments = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder, self.head = GatedBert(folder), interaction_model.load_checkpoint(folder)
        self.config = self.encoder.bert.config

    def forward(self, ids: Tensor, mask: Tensor | None, segments: Tensor) -> Tensor:
        """[pairs, 1]; the arguments are those of SequenceClassifier."""
        pairs = with_second_cls(ids, segments, torch.ones_like(ids) if mask is None else mask)
        return self.head.read(self.encoder(*pairs), *pairs)[:, None]


class MonoT5(torch.nn.Module):
    takes_segments = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32)
        self.config = self.model.config
        tokenizer = tokenizer_of(folder / TOKENIZER)
        self.classes = [id_of(tokenizer, FALSE), id_of(tokenizer, TRUE)]

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """[pairs, 2]: the logits of "false" and of "true" as the decoder's first token."""
        start = torch.zeros((len(ids), 1), dtype=torch.long)
        return self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=start).logits[:, 0, self.classes]


def cross_encoder_of(folder: Path, attention: str | None = None) -> SequenceClassifier | InteractionClassifier | MonoT5:
    """The cross-encoder of a checkpoint folder, in fp32; attention names transformers' implementation, if that matters."""
    config = config_of(folder)
    if interaction_model.describes(config):
        return InteractionClassifier(folder).eval()
    if config.get("model_type") == "t5":
        return MonoT5(folder).eval()
    return SequenceClassifier(folder, attention=attention).eval()


def text_encoder_of(folder: Path, dtype: torch.dtype) -> transformers.PreTrainedModel:
    """An encoder without a head, such as a sentence encoder."""
    return transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False, dtype=dtype).eval()


def parameter_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the parameters that the configuration in a folder asks for."""
    try:
        config = transformers.AutoConfig.from_pretrained(folder)
        with torch.device("meta"):
            model = transformers.AutoModelForSequenceClassification.from_config(config)
    except (KeyError, TypeError, ValueError) as e:
        raise BundleError(f"transformers makes no model of this configuration: {e}") from e
    return {name: tuple(value.shape) for name, value in model.named_parameters()}
