"""Loads models with transformers, to calibrate bundles, to export them, and to compare with them. Nothing else loads them."""

from pathlib import Path
from typing import Any

import jinja2
import torch
import transformers
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor
from transformers.activations import ACT2FN

from bundle import interaction_model, modules
from bundle.checkpoint import CONFIG, Checkpoint, config_of, refuse_other_tensors
from bundle.errors import BundleError, first_line
from bundle.bert_apart import BertApart, with_second_cls
from bundle.head import Dense, Norm, Pooling
from bundle.pairs import FALSE, TRUE, id_of

WITHOUT_SEGMENTS = ("modernbert",)
"""Model types without segment embeddings, even if their configurations have a type_vocab_size."""


transformers.logging.set_verbosity_error()  # this module refuses what transformers only warns about
transformers.logging.disable_progress_bar()


def loaded(auto_class: type, folder: Path, **options: Any) -> transformers.PreTrainedModel:
    """Loads a model; refuses a checkpoint with missing or other tensors, or with values that are not numbers."""
    config_of(folder)  # refuses a model with its own Python code, about which transformers would ask
    try:
        model, found = auto_class.from_pretrained(folder, trust_remote_code=False, output_loading_info=True, **options)
    except Exception as e:  # each model raises its own errors
        raise BundleError(f"{folder} is not a checkpoint that transformers can load: {_reason(e)}") from e
    refuse_other_tensors(folder, found["missing_keys"], found["unexpected_keys"])
    for name, values in model.named_parameters():
        if not torch.isfinite(values).all():
            raise BundleError(f"{folder} has values in {name} that are not numbers (NaN or infinite); its training failed")
    return model


class SequenceClassifier(torch.nn.Module):
    """A model with one of transformers' ...ForSequenceClassification classes."""

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32, attention: str | None = None) -> None:
        super().__init__()
        options = {"dtype": dtype, "attn_implementation": attention} | Checkpoint(folder).labels()
        self.model = loaded(transformers.AutoModelForSequenceClassification, folder, **options)
        self.config = self.model.config
        self.takes_segments = takes_segments(self.config)

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """The output [pairs, classes] for ids, mask and segments, each [pairs, tokens]. Without a mask there is no padding."""
        return self.model(**model_inputs(ids, mask, segments if self.takes_segments else None)).logits


def takes_segments(config: transformers.PretrainedConfig) -> bool:
    return getattr(config, "type_vocab_size", 0) > 1 and config.model_type not in WITHOUT_SEGMENTS


def model_inputs(ids: Tensor, mask: Tensor | None, segments: Tensor | None) -> dict[str, Tensor]:
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": segments}
    return {name: values for name, values in given.items() if values is not None}


class InteractionClassifier(torch.nn.Module):
    """An InteractionCrossEncoder: transformers runs the encoder and the cross layers, and the head is the same code as in training."""

    takes_segments = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder, self.head = BertApart(folder), interaction_model.load_checkpoint(folder)
        self.config = self.encoder.bert.config

    def forward(self, ids: Tensor, mask: Tensor | None, segments: Tensor) -> Tensor:
        """[pairs, 1]; the arguments are those of SequenceClassifier."""
        pairs = with_second_cls(ids, segments, torch.ones_like(ids) if mask is None else mask)
        return self.head.read(*self.encoder(*pairs), *pairs)[:, None]


class ModularClassifier(torch.nn.Module):
    """A model without a head, with the sentence-transformers modules that turn its rows into scores."""

    def __init__(self, folder: Path, attention: str | None = None) -> None:
        super().__init__()
        self.model = loaded(transformers.AutoModel, folder, dtype=torch.float32, attn_implementation=attention)
        self.config = self.model.config
        self.takes_segments = takes_segments(self.config)
        checkpoint = Checkpoint(folder)
        head = modules.head_of(checkpoint)
        refuse_other_tensors(folder, [name for name in modules.head_shapes(checkpoint) if not checkpoint.has(name)], [])
        self.pooling = head.pooling
        self.steps = torch.nn.Sequential(*(_layers_of(step, checkpoint) for step in (*head.steps, Dense(head.out))))

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """[pairs, classes]; the arguments are those of SequenceClassifier."""
        rows = self.model(**model_inputs(ids, mask, segments if self.takes_segments else None)).last_hidden_state
        return self.steps(rows[:, 0] if self.pooling is Pooling.CLS else _mean(rows, mask))


def _layers_of(step: Dense | Norm, checkpoint: Checkpoint) -> torch.nn.Module:
    weight = torch.from_numpy(checkpoint.tensor(f"{step.name}.weight"))
    bias = torch.from_numpy(checkpoint.tensor(f"{step.name}.bias")) if checkpoint.has(f"{step.name}.bias") else None
    match step:
        case Norm(_, epsilon):
            layer = torch.nn.LayerNorm(len(weight), eps=epsilon)
        case Dense():
            layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return torch.nn.Sequential(layer, ACT2FN[step.activation]) if isinstance(step, Dense) and step.activation else layer


def _mean(rows: Tensor, mask: Tensor | None) -> Tensor:
    if mask is None:
        return rows.mean(1)
    return (rows * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


class MonoT5(torch.nn.Module):
    takes_segments = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.model = loaded(transformers.AutoModelForSeq2SeqLM, folder, dtype=torch.float32)
        self.config = self.model.config
        tokenizer = Checkpoint(folder).tokenizer()
        self.classes = [id_of(tokenizer, FALSE), id_of(tokenizer, TRUE)]

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """The logits of "false" and "true" as the decoder's first token, [pairs, 2]."""
        start = torch.zeros((len(ids), 1), dtype=torch.long)
        return self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=start).logits[:, 0, self.classes]


class Answers(torch.nn.Module):
    """A decoder whose next token is its answer. answers: the tokens that are the classes"""

    takes_segments = False

    def __init__(self, folder: Path, answers: list[int]) -> None:
        super().__init__()
        self.model = loaded(transformers.AutoModelForCausalLM, folder, dtype=torch.float32)
        self.config = self.model.config
        self.answers = answers

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """The answers' logits after the last token, [pairs, answers]; the arguments are those of SequenceClassifier."""
        return self.model(**model_inputs(ids, mask, None), logits_to_keep=1).logits[:, -1, self.answers]


CrossEncoder = SequenceClassifier | ModularClassifier | InteractionClassifier | MonoT5 | Answers


def cross_encoder_of(folder: Path, attention: str | None = None, answers: list[int] | None = None) -> CrossEncoder:
    """
    The cross-encoder of a checkpoint folder, in fp32.

    attention: transformers' implementation, if it matters
    answers: for a decoder that answers by its next token, the tokens of the classes
    """
    config = config_of(folder)
    if answers is not None:
        return Answers(folder, answers).eval()
    if interaction_model.describes(config):
        return InteractionClassifier(folder).eval()
    if config.get("model_type") == "t5":
        return MonoT5(folder).eval()
    if modules.has_head(Checkpoint(folder)):
        return ModularClassifier(folder, attention).eval()
    return SequenceClassifier(folder, attention=attention).eval()


def text_encoder_of(folder: Path, dtype: torch.dtype) -> transformers.PreTrainedModel:
    """An encoder without a head, such as a sentence encoder."""
    return transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False, dtype=dtype).eval()


class BertRows(torch.nn.Module):
    """A BertModel without a head. Its parts have the same names as in a BertForSequenceClassification."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.model = torch.nn.ModuleDict({"bert": text_encoder_of(folder, torch.float32)})

    def forward(self, ids: Tensor, mask: Tensor | None, segments: Tensor) -> Tensor:
        """[texts, tokens, hidden]."""
        return self.model["bert"](**model_inputs(ids, mask, segments)).last_hidden_state


def parameter_shapes(folder: Path, headless: bool = False, **options: Any) -> dict[str, tuple[int, ...]]:
    """
    The names and shapes of the parameters that the configuration in a folder requires. options: more fields for the configuration

    headless: for the model that makes rows, not for the one that makes scores
    """
    config = _config(folder, **options)
    kind = transformers.AutoModel if headless else _class_of(config)
    try:
        with torch.device("meta"):
            model = kind.from_config(config)
    except Exception as e:  # each model raises its own errors for a configuration that contradicts itself
        raise _no_model(folder, e) from e
    return {name: tuple(value.shape) for name, value in model.named_parameters()}


def settings(folder: Path) -> dict[str, Any]:
    """The configuration with transformers' defaults, and with older fields in their present form."""
    return _config(folder).to_dict()


def _config(folder: Path, **options: Any) -> transformers.PretrainedConfig:
    try:
        return transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False, **options)
    except Exception as e:  # each configuration raises its own errors
        raise _no_model(folder, e) from e


def _no_model(folder: Path, e: Exception) -> BundleError:
    return BundleError(f"{folder / CONFIG}: transformers cannot make a model from this configuration: {_reason(e)}")


def _reason(e: Exception) -> str:
    """The first line of an error. A configuration's own error names only the check that failed; its cause says what is wrong."""
    return first_line(e.__cause__ if isinstance(e, StrictDataclassError) and isinstance(e.__cause__, Exception) else e)


def _class_of(config: transformers.PretrainedConfig) -> type:
    """The class of models that score."""
    if config.model_type == "t5":
        return transformers.AutoModelForSeq2SeqLM
    if (config.architectures or [""])[0].endswith("ForCausalLM"):
        return transformers.AutoModelForCausalLM
    return transformers.AutoModelForSequenceClassification


class NoChatText(Exception):
    """A checkpoint has no chat template for a pair. The message says why."""


def chat_tokenizer(folder: Path) -> transformers.PreTrainedTokenizerBase:
    """transformers' tokenizer, with its chat template."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception as e:  # each tokenizer raises its own errors
        raise NoChatText(f"transformers cannot load its tokenizer ({first_line(e)})") from e
    if not tokenizer.chat_template:
        raise NoChatText("it has no chat template for the roles query and document")
    return tokenizer


def chat_text(tokenizer: transformers.PreTrainedTokenizerBase, roles: dict[str, str]) -> str:
    """A pair's texts in the form of the tokenizer's chat template."""
    try:
        text = rendered(tokenizer, roles)
    except Exception as e:  # each template raises its own errors
        raise NoChatText(f"its chat template fails for the roles query and document ({first_line(e)})") from e
    if not all(text.count(content) == 1 for content in roles.values()):
        raise NoChatText("its chat template has no place for the roles query and document")
    return text


def rendered(tokenizer: transformers.PreTrainedTokenizerBase, roles: dict[str, str]) -> str:
    """
    The texts by role in the form of the chat template, as sentence-transformers calls it: the instruction is the system's.
    Some templates read a message's content as a text, others as a list of parts.
    """
    flat = [{"role": role, "content": text} for role, text in roles.items()]
    parts = [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in roles.items()]
    try:
        text = tokenizer.apply_chat_template(flat, tokenize=False)
        if all(content in text for content in roles.values()):
            return text
    except jinja2.TemplateError:
        pass
    return tokenizer.apply_chat_template(parts, tokenize=False)
