"""The one place that loads models by transformers: bundles are calibrated on them, exported from them and compared with them."""

from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor

from bundle import interaction_model
from bundle.checkpoint import Checkpoint, config_of, refuse_other_tensors
from bundle.errors import BundleError, first_line
from bundle.gated import GatedBert, with_second_cls
from bundle.pairs import FALSE, TRUE, id_of

transformers.logging.set_verbosity_error()  # what its warnings say about tensors is refused here
transformers.logging.disable_progress_bar()


def loaded(auto_class: type, folder: Path, **options: Any) -> transformers.PreTrainedModel:
    """A model of a checkpoint that has all its tensors and no others, and all of them numbers."""
    config_of(folder)  # refuses code of its own, about which transformers would ask
    try:
        model, found = auto_class.from_pretrained(folder, trust_remote_code=False, output_loading_info=True, **options)
    except (KeyError, OSError, RuntimeError, TypeError, ValueError) as e:
        raise BundleError(f"{folder} is no checkpoint that transformers loads: {first_line(e)}") from e
    refuse_other_tensors(folder, found["missing_keys"], found["unexpected_keys"])
    for name, values in model.named_parameters():
        if not torch.isfinite(values).all():
            raise BundleError(f"{folder} has values in {name} that are no numbers (NaN or infinite); its training failed")
    return model


class SequenceClassifier(torch.nn.Module):
    """A model of one of transformers' ...ForSequenceClassification classes."""

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32, attention: str | None = None) -> None:
        super().__init__()
        options = {"dtype": dtype, "attn_implementation": attention} | Checkpoint(folder).labels()
        self.model = loaded(transformers.AutoModelForSequenceClassification, folder, **options)
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
        self.model = loaded(transformers.AutoModelForSeq2SeqLM, folder, dtype=torch.float32)
        self.config = self.model.config
        tokenizer = Checkpoint(folder).tokenizer()
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


def parameter_shapes(folder: Path, **options: Any) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the parameters that the configuration in a folder asks for, with further fields of it as options."""
    try:
        config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False, **options)
        with torch.device("meta"):
            model = transformers.AutoModelForSequenceClassification.from_config(config)
    except (KeyError, TypeError, ValueError) as e:
        raise BundleError(f"transformers makes no model of this configuration: {first_line(e)}") from e
    return {name: tuple(value.shape) for name, value in model.named_parameters()}
