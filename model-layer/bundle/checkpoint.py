"""Reads a checkpoint folder of Hugging Face's libraries: config.json, safetensors, tokenizer.json."""

import hashlib
import math
import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer, normalizers
from tokenizers.normalizers import BertNormalizer

from bundle.errors import BundleError, first_line
from bundle.json_files import json_of, object_of
from bundle.pairs import tokenizer_of

CONFIG, WEIGHTS, INDEX, TOKENIZER = "config.json", "model.safetensors", "model.safetensors.index.json", "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
MODULES = "modules.json"
"""sentence-transformers' list of a model's modules. The first one is the transformers model."""
PROMPTS = "config_sentence_transformers.json"
SENTENCE_SETTINGS = "sentence_*_config.json"
"""sentence-transformers' settings of its transformers model. Older versions named the file after the model's type."""
FETCHED = "fetched.json"
ADAPTERS = "adapter_config.json", "adapter_model.safetensors"

OLD_NAMES = {"gamma": "weight", "beta": "bias"}
"""The names of a normalisation's parts in the first BERT checkpoints, which came from TensorFlow."""
HEADS = ("classifier.weight", "classifier.out_proj.weight", "score.weight")
"""The matrices with one row for each class in transformers' ...ForSequenceClassification."""
LEFT_OVER = re.compile(
    r"(^|\.)(position_ids|token_type_ids)$"  # buffers that transformers once stored
    r"|(^|\.)pooler\."  # in families whose classifier reads the [CLS] row directly
    r"|^(encoder|decoder)\.embed_tokens\."  # copies of T5's shared embeddings
    r"|^deberta\.embeddings\.position_embeddings\."  # in DeBERTa-v3, which knows positions by their distances alone
    r"|^(cls|lm_head|lm_predictions|mask_predictions|discriminator_predictions|generator_predictions|vocab_\w+|qa_outputs)\."  # the heads of other tasks
)
"""Tensors that a classifier may have but does not use."""
VOCABULARIES = ("vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model", "spm.model", "tokenizer.model")
GENERIC_TOKENIZERS = ("PreTrainedTokenizerFast", "TokenizersBackend")
"""Classes that use tokenizer.json unchanged and ignore the normalisation in tokenizer_config.json."""
NO_LIMIT = 1_000_000
"""transformers writes 10^30 as model_max_length for a tokenizer without a limit."""


ROTATIONS = ("rope_parameters", "rope_scaling", "full_attention", "sliding_attention")
"""Objects within a configuration; the last two are within the first, for the kinds of layers."""
SIZES = {
    "factor", "global_attn_every_n_layers", "global_rope_theta", "head_dim", "high_freq_factor", "hidden_size", "intermediate_size",
    "local_rope_theta", "low_freq_factor", "max_position_embeddings", "num_attention_heads", "num_hidden_layers", "num_key_value_heads",
    "original_max_position_embeddings", "partial_rotary_factor", "relative_attention_max_distance", "rope_theta", "vocab_size",
}  # fmt: skip
"""Fields of a configuration with a number above 0."""
FROM_ZERO = {"cross_from", "cross_layers", "layer_norm_eps", "layer_norm_epsilon", "local_attention", "norm_eps", "rms_norm_eps", "type_vocab_size"}
NUMBERS = SIZES | FROM_ZERO | {"conv_groups", "conv_kernel_size", "max_relative_positions", "position_buckets", "sliding_window"}
TEXTS = {"model_type", "norm_rel_ebd", "rope_type"}
MAY_BE_NULL = {
    "global_rope_theta", "head_dim", "local_rope_theta", "num_key_value_heads", "original_max_position_embeddings", "partial_rotary_factor",
    "rope_theta", "sliding_window",
}  # fmt: skip
"""Null is as good as a missing field, but not in ROTATIONS."""


def config_of(folder: Path) -> dict[str, Any]:
    file = folder / CONFIG
    for adapter in ADAPTERS:
        if (folder / adapter).is_file():  # which transformers would put over the model
            raise BundleError(f"{folder} has {adapter}; expected a whole model without adapters: merge the adapter into its base model")
    if not file.is_file():
        raise BundleError(f"{folder} has no {CONFIG}; expected a checkpoint folder")
    config = object_of(file)
    code = config.get("auto_map") or {}
    if not isinstance(code, dict) or code.keys() - {"AutoTokenizer"}:
        places = [place for name, place in code.items() if name != "AutoTokenizer"] if isinstance(code, dict) else [code]
        raise BundleError(
            f"{folder} needs its own Python code ({', '.join(map(str, places))}), which is not run for security; "
            "expected a model whose code is in transformers"
        )
    _require_values(file, config, MAY_BE_NULL)
    return config


def _require_values(file: Path, config: dict[str, Any], may_be_null: Set[str]) -> None:
    """Refuses what transformers' classes take: numbers that no model can have, and any value of a field that they do not declare."""
    names = config.get("architectures")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise BundleError(f"{file} has the architectures {names!r}; expected a list of names")
    for name, value in config.items():
        if value is None and name in may_be_null:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < math.inf
        if name in NUMBERS and not number:
            raise BundleError(f"{file} has the {name} {value!r}; expected a number")
        if (name in SIZES and value <= 0) or (name in FROM_ZERO and value < 0):
            raise BundleError(f"{file} has the {name} {value!r}; expected a number {'above 0' if name in SIZES else 'of at least 0'}")
        if name in TEXTS and not isinstance(value, str):
            raise BundleError(f"{file} has the {name} {value!r}; expected a text")
        if name in ROTATIONS and isinstance(value, dict):
            _require_values(file, value, frozenset())


def sentence_settings(folder: Path) -> dict[str, Any]:
    """sentence-transformers' settings; empty for other models."""
    file = next(iter(sorted(folder.glob(SENTENCE_SETTINGS))), None)
    return object_of(file) if file else {}


def set_lowercase(tokenizer: Tokenizer, folder: Path) -> None:
    """Makes letters small before anything else if sentence-transformers' settings say so."""
    if sentence_settings(folder).get("do_lower_case"):
        following = [tokenizer.normalizer] if tokenizer.normalizer else []
        tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), *following])


class Checkpoint:
    """Reads one tensor at a time, so that a model larger than memory can be compiled."""

    headless = False
    """Whether this is an encoder without a head, used for its rows and not for scores."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = config_of(folder)
        self._stored: dict[str, tuple[safe_open, str]] = {}  # tensor name -> its file, and its name in the file
        for file in self.weight_files():
            opened = _safetensors(file)
            within = "" if file.parent == folder else f"{file.parent.name}."
            self._stored.update({within + _name_today(name): (opened, name) for name in opened.keys()})

    def weight_files(self) -> list[Path]:
        """The files of the model, and of modules with their own folders. Such a module's tensor names begin with the folder's name."""
        of_modules = (self.folder / module["path"] / WEIGHTS for module in self.modules()[1:])
        return [*self._model_files(), *(file for file in of_modules if file.is_file())]

    def modules(self) -> list[dict[str, Any]]:
        """The modules that sentence-transformers saved, each with its type and its folder as `path`; empty for other models."""
        file = self.folder / MODULES
        modules = json_of(file) if file.is_file() else []
        if not isinstance(modules, list) or not all(
            isinstance(module, dict) and isinstance(module.get("path"), str) and isinstance(module.get("type"), str) for module in modules
        ):
            raise BundleError(f"{file} is not a list of modules; expected a path and a type for each")
        for module in modules:
            if not re.fullmatch(r"[\w-]*", module["path"]):
                raise BundleError(f"{file} has the path {module['path']!r}; expected a folder's name")
        return modules

    def _model_files(self) -> list[Path]:
        if (self.folder / WEIGHTS).is_file():
            return [self.folder / WEIGHTS]
        if not (self.folder / INDEX).is_file():
            raise BundleError(f"{self.folder} has no {WEIGHTS}; expected weights as safetensors")
        files = object_of(self.folder / INDEX).get("weight_map")
        if not isinstance(files, dict) or not all(isinstance(name, str) for name in files.values()):
            raise BundleError(f"{self.folder / INDEX} has the weight_map {str(files)[:40]!r}; expected the file of each tensor")
        shards = [self.folder / name for name in sorted(set(files.values()))]
        for shard in shards:
            if not shard.is_file():
                raise BundleError(f"{self.folder} has no {shard.name}, one of the {len(shards)} files in {INDEX}; fetch the checkpoint again")
        return shards

    def has(self, name: str) -> bool:
        return name in self._stored

    def tensor(self, name: str) -> np.ndarray:
        """The tensor in fp32. The file may store it in another type."""
        file, stored_name = self._found(name)
        return self._numbers(stored_name, file.get_tensor(stored_name))

    def rows(self, name: str, places: list[int]) -> np.ndarray:
        """Some rows of a tensor, in fp32, without reading the others."""
        file, stored_name = self._found(name)
        whole = file.get_slice(stored_name)
        return self._numbers(stored_name, torch.cat([whole[place : place + 1] for place in places]))

    def _found(self, name: str) -> tuple[safe_open, str]:
        if name not in self._stored:
            raise BundleError(f"{self.folder} has no tensor {name}; {CONFIG} requires it")
        return self._stored[name]

    def _numbers(self, stored_name: str, stored: torch.Tensor) -> np.ndarray:
        values = stored.to(torch.float32).numpy()
        if not np.isfinite(values).all():
            raise BundleError(f"{self.folder} has values in {stored_name} that are not numbers (NaN or infinite); its training failed")
        return values

    def require_tensors(self, expected: dict[str, tuple[int, ...]]) -> None:
        """Refuses a checkpoint without one of these tensors, with other tensors, or with a tensor of another shape."""
        refuse_other_tensors(self.folder, expected.keys() - self._stored.keys(), self._stored.keys() - expected.keys())
        for name, shape in expected.items():
            if self._shape(name) != shape:
                raise BundleError(f"{self.folder} has {name} of shape {self._shape(name)}; expected {shape} by its {CONFIG}")

    def _shape(self, name: str) -> tuple[int, ...]:
        file, stored_name = self._stored[name]
        return tuple(file.get_slice(stored_name).get_shape())

    def labels(self) -> dict[str, int]:
        """The number of classes as an option for transformers, which assumes two if the configuration does not say it."""
        head = next((name for name in HEADS if name in self._stored), None)
        if head is None or self.config.keys() & {"id2label", "num_labels"}:
            return {}
        return {"num_labels": self._shape(head)[0]}

    def tokenizer(self) -> Tokenizer:
        """The fast tokenizer that transformers would load, without truncation and padding."""
        if (self.folder / TOKENIZER).is_file():
            tokenizer = tokenizer_of(self.folder / TOKENIZER)
            self._set_normalizer(tokenizer)
        else:
            tokenizer = self._converted_tokenizer()
            tokenizer.no_truncation()
            tokenizer.no_padding()
        set_lowercase(tokenizer, self.folder)
        return tokenizer

    def _set_normalizer(self, tokenizer: Tokenizer) -> None:
        """As in transformers, the settings for case and accents in tokenizer_config.json override those in tokenizer.json."""
        settings = self.tokenizer_config()
        normalizer = tokenizer.normalizer
        if not isinstance(normalizer, BertNormalizer) or settings.get("tokenizer_class") in GENERIC_TOKENIZERS:
            return
        try:
            tokenizer.normalizer = BertNormalizer(
                clean_text=normalizer.clean_text,
                handle_chinese_chars=settings.get("tokenize_chinese_chars", normalizer.handle_chinese_chars),
                strip_accents=settings.get("strip_accents", normalizer.strip_accents),
                lowercase=settings.get("do_lower_case", normalizer.lowercase),
            )
        except TypeError as e:
            raise BundleError(
                f"{self.folder / TOKENIZER_CONFIG} has tokenize_chinese_chars, strip_accents or do_lower_case of another type; expected true or false"
            ) from e

    def _converted_tokenizer(self) -> Tokenizer:
        from transformers import AutoTokenizer

        if not any((self.folder / name).is_file() for name in VOCABULARIES):
            raise BundleError(f"{self.folder} has no {TOKENIZER}, and no vocabulary from which to make one; expected one of {', '.join(VOCABULARIES)}")
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.folder, trust_remote_code=False).backend_tokenizer
        except Exception as e:  # each converter raises its own errors for missing files and packages or unknown classes
            raise BundleError(f"{self.folder} has no {TOKENIZER}, and it cannot be made from the other files: {first_line(e)}") from e
        if tokenizer.get_vocab_size() <= len(tokenizer.get_added_tokens_decoder()):  # transformers does not report this
            raise BundleError(f"{self.folder} has no {TOKENIZER}, and none of its vocabularies fits the model_type in {CONFIG}")
        return tokenizer

    def tokenizer_config(self) -> dict[str, Any]:
        return object_of(self.folder / TOKENIZER_CONFIG)

    def default_instruction(self) -> str | None:
        """The prompt that sentence-transformers gives each query, if the checkpoint names one."""
        file = self.folder / PROMPTS
        settings = object_of(file)
        prompts, default = settings.get("prompts") or {}, settings.get("default_prompt_name")
        texts = prompts.values() if isinstance(prompts, dict) else [prompts]
        if not all(isinstance(text, str) for text in texts) or not isinstance(default, str | None):
            raise BundleError(f"{file} has the prompts {prompts!r} and the default_prompt_name {default!r}; expected texts by name, and one of the names")
        return prompts.get(default)

    def longest_input(self) -> int | None:
        """
        sentence-transformers' max_seq_length or else the tokenizer's model_max_length, if there is one. A model may have more
        positions than it was trained on.
        """
        for settings, name in ((sentence_settings(self.folder), "max_seq_length"), (self.tokenizer_config(), "model_max_length")):
            longest = settings.get(name)
            if longest is None:
                continue
            if isinstance(longest, bool) or not isinstance(longest, int | float) or not longest > 0:
                raise BundleError(f"{self.folder} has the {name} {longest!r}, its longest input; expected a positive number of tokens")
            return int(longest) if longest < NO_LIMIT else None
        return None

    def fetched(self) -> dict[str, Any]:
        """The record that `fetch` wrote about the source; empty for other checkpoints."""
        return object_of(self.folder / FETCHED)

    def weights_sha256(self) -> str:
        digest = hashlib.sha256()
        for file in self.weight_files():
            with file.open("rb") as content:
                while chunk := content.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()

    def licence(self) -> str | None:
        """The licence in the model card's front matter."""
        card = self.folder / "README.md"
        if not card.is_file():
            return None
        front = re.match(r"---\n(.*?)\n---", card.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
        found = front and re.search(r"^license:\s*([\w.+-]+)\s*$", front[1], re.MULTILINE)
        return found[1] if found else None


def _safetensors(file: Path) -> safe_open:
    try:
        return safe_open(file, framework="pt")
    except SafetensorError as e:
        raise BundleError(f"{file} is damaged or cut off: {e}; fetch it again") from e


def _name_today(name: str) -> str:
    before, dot, last = name.rpartition(".")
    return before + dot + OLD_NAMES.get(last, last)


def refuse_other_tensors(folder: Path, missing: Iterable[str], unexpected: Iterable[str]) -> None:
    """Refuses a checkpoint whose tensors do not match its configuration: the model would be incomplete or give noise."""
    lacking = sorted(missing)
    heads = [name for name in lacking if re.search(r"classif|score|pooler|^head\.", name)]
    if heads and len(heads) == len(lacking):
        found = (config_of(folder).get("architectures") or ["model without a head"])[0]
        raise BundleError(
            f"{folder} has no classification head ({', '.join(heads[:3])}); expected a cross-encoder, such as a "
            f"...ForSequenceClassification, but this is a {found}"
        )
    if lacking:
        raise BundleError(f"{folder} has no tensor {lacking[0]}; {CONFIG} requires it ({len(lacking)} are missing)")
    unknown = sorted(name for name in unexpected if not LEFT_OVER.search(name))
    if unknown:
        raise BundleError(
            f"{folder} has the tensor {unknown[0]}, which a model with its {CONFIG} does not have ({len(unknown)} such tensors); "
            "expected a whole model without adapters, with the configuration that it was saved with"
        )
