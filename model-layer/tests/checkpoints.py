"""Small random checkpoints of every family and head, made anew from a fixed seed: real models, only untrained."""

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from bundle.calibration import PAIRS
from bundle.interaction_model import InteractionCrossEncoder, Shape
from bundle.prompt import PROMPTS

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
POSITIONS, VOCABULARY, LONGEST_PIECE = 64, 400, 8
PROMPT_VOCABULARY = 700
"""Enough for the words of the prompts, which would fill the window otherwise."""
TEXTS = [
    (
        "how do I undo the last git commit",
        "Run git reset --soft HEAD~1: the commit goes away and its changes stay staged.",
    ),
    ("bread", "Yeast makes carbon dioxide."),
    ("iron?", " The body lacks  iron.\n"),
    ("iron", "Tiredness, pale skin and shortness of breath are common signs that the body lacks iron. " * 4),
    ("a query that takes more than half of the window " * 4, "short"),
    ("où se trouve la tour Eiffel", "La tour Eiffel s’élève à Paris. 埃菲尔铁塔位于法国巴黎。 🗼 Der Turm ist 330 m hoch."),
    ("what is <pad>", "A text of <pad> special <pad><pad> tokens."),
]
"""Short, with odd white space, truncated, with a long query, in several scripts, with tokens that some families skip."""

LONG_TEXTS = [(TEXTS[3][0], TEXTS[3][1] * count) for count in (2, 3, 4, 12)]
"""For windows of up to 1,024 tokens; the last is longer."""

DECODER_TEXTS = [
    *TEXTS,
    ("how many?", "\n\nTwo lines\r\n before it"),
    ("{document} and {query}", "{instruction} {document}"),
    ("white space after it \n", "\t"),
    ("what is <|im_end|>", "A text of <|im_end|>\n<|im_start|>assistant\n<think> special tokens"),
    *LONG_TEXTS,
]
"""Also with tokens that span the edge of a place, with the names of places, and with a decoder's special tokens."""


def wordpiece() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts(), trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special, show_progress=False))
    words = special + sorted(tokenizer.get_vocab().keys() - set(special))  # the trainer numbers them anew each time
    tokenizer.model = models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def byte_pairs() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def cls_byte_pairs() -> Tokenizer:
    """As ModernBERT's: byte pairs, [CLS] and [SEP], no segments."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


METASPACE = pre_tokenizers.Metaspace(prepend_scheme="always")


def unigram(special: list[str], words: list[str], before: pre_tokenizers.PreTokenizer, unknown: str = "<unk>") -> Tokenizer:
    """Of the parts of words that cover most; tokenizers' own trainer gives another vocabulary each time."""
    normalizer = normalizers.NFKC()
    counts = Counter(
        word[start:end]
        for text in texts() + words * 50
        for word, _ in before.pre_tokenize_str(normalizer.normalize_str(text))
        for start in range(len(word))
        for end in range(start + 1, min(len(word), start + LONGEST_PIECE) + 1)
    )
    by_cover = sorted(counts, key=lambda piece: (len(piece) > 1, -counts[piece] * (len(piece) - 1), piece))
    pieces = [(piece, math.log(counts[piece] / counts.total())) for piece in by_cover[: VOCABULARY - len(special)]]
    vocabulary = [(token, 0.0) for token in special] + pieces
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=special.index(unknown)))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = before
    tokenizer.add_special_tokens(special)
    return tokenizer


def xlm_roberta_tokenizer() -> Tokenizer:
    tokenizer = unigram(["<s>", "<pad>", "</s>", "<unk>"], [], METASPACE)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def deberta_tokenizer() -> Tokenizer:
    """As transformers makes DeBERTa-v3's: pieces, [CLS] and [SEP], with segments that the model does not read."""
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    tokenizer = unigram(special, [], METASPACE, unknown="[UNK]")
    white_space = normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " ")
    tokenizer.normalizer = normalizers.Sequence([white_space, normalizers.NFC(), normalizers.Strip(left=False, right=True)])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([METASPACE])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


def t5_tokenizer() -> Tokenizer:
    before = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), METASPACE])
    tokenizer = unigram(["<pad>", "</s>", "<unk>"], ["Query: Document: Relevant: true false"], before)
    tokenizer.add_tokens([token for token in ("▁true", "▁false") if tokenizer.token_to_id(token) is None])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def texts() -> list[str]:
    with PAIRS.open(encoding="utf-8") as pairs:
        return [text for line in pairs for text in (json.loads(line)["query"], json.loads(line)["document"])]


def save(folder: Path, model: transformers.PreTrainedModel, tokenizer: Tokenizer) -> Path:
    """With weights far larger than those of a new model, so that logits differ from pair to pair."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" not in name.lower():
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.25)
            else:
                weight.add_(torch.randn(weight.shape, generator=generator) * 0.1)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def with_config(checkpoint: Path, **fields: object) -> Path:
    """Changes fields of a checkpoint's configuration."""
    file = checkpoint / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))
    return checkpoint


def bert(folder: Path, classes: int = 1, **overrides: object) -> Path:
    tokenizer = wordpiece()
    sizes = SIZES | {"vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": POSITIONS}
    config = transformers.BertConfig(num_labels=classes, **(sizes | overrides))
    return save(folder, transformers.BertForSequenceClassification(config), tokenizer)


def bert_two_classes(folder: Path) -> Path:
    return bert(folder, classes=2)


def electra(folder: Path) -> Path:
    tokenizer = wordpiece()
    config = transformers.ElectraConfig(
        **SIZES, embedding_size=16, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS, num_labels=1
    )
    return save(folder, transformers.ElectraForSequenceClassification(config), tokenizer)


def distilbert(folder: Path) -> Path:
    tokenizer = wordpiece()
    config = transformers.DistilBertConfig(
        dim=32, n_layers=2, n_heads=4, hidden_dim=64, vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=POSITIONS, num_labels=1,
    )
    return save(folder, transformers.DistilBertForSequenceClassification(config), tokenizer)


def roberta(folder: Path) -> Path:
    tokenizer = byte_pairs()
    config = transformers.RobertaConfig(
        **SIZES, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2, type_vocab_size=1,
        num_labels=1, pad_token_id=1,
    )
    return save(folder, transformers.RobertaForSequenceClassification(config), tokenizer)


def xlm_roberta(folder: Path) -> Path:
    tokenizer = xlm_roberta_tokenizer()
    config = transformers.XLMRobertaConfig(
        **SIZES, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2, type_vocab_size=1,
        num_labels=1, pad_token_id=1,
    )
    return save(folder, transformers.XLMRobertaForSequenceClassification(config), tokenizer)


def xlm_roberta_mean(folder: Path) -> Path:
    """The mean of the rows, and a head of sentence-transformers' modules."""
    tokenizer = xlm_roberta_tokenizer()
    config = transformers.XLMRobertaConfig(
        **SIZES, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2, type_vocab_size=1, pad_token_id=1
    )
    return with_module_head(save(folder, transformers.XLMRobertaModel(config), tokenizer), config.hidden_size, "mean")


def monot5(folder: Path, feed_forward: str = "relu", scaled: bool = True) -> Path:
    tokenizer = t5_tokenizer()
    config = transformers.T5Config(
        vocab_size=tokenizer.get_vocab_size(), d_model=32, d_kv=8, d_ff=40, num_layers=2, num_heads=3,
        feed_forward_proj=feed_forward, tie_word_embeddings=scaled, decoder_start_token_id=0,
        relative_attention_num_buckets=8, relative_attention_max_distance=20,
    )
    return save(folder, transformers.T5ForConditionalGeneration(config), tokenizer)


def monot5_gated(folder: Path) -> Path:
    return monot5(folder, "gated-gelu", scaled=False)


def modernbert(folder: Path, pooling: str = "cls", **overrides: object) -> Path:
    """With layers of both kinds, the last a global one, as published models have, and a window that many texts exceed."""
    tokenizer = cls_byte_pairs()
    config = modernbert_config(tokenizer, classifier_pooling=pooling, num_labels=1, **overrides)
    return save(folder, transformers.ModernBertForSequenceClassification(config), tokenizer)


def modernbert_mean(folder: Path, **overrides: object) -> Path:
    return modernbert(folder, "mean", **overrides)


def modernbert_with_biases(folder: Path, **overrides: object) -> Path:
    """And a last layer with a window, which the [CLS] row reads in part."""
    biases = dict.fromkeys(("norm_bias", "attention_bias", "mlp_bias", "classifier_bias"), True)
    return modernbert(folder, num_hidden_layers=5, **biases, **overrides)


def modernbert_config(tokenizer: Tokenizer, **overrides: object) -> transformers.ModernBertConfig:
    defaults = {
        "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 48, "local_attention": 8,
        "max_position_embeddings": POSITIONS, "vocab_size": tokenizer.get_vocab_size(), "pad_token_id": 3,
        "bos_token_id": 1, "cls_token_id": 1, "eos_token_id": 2, "sep_token_id": 2,
    }  # fmt: skip
    return transformers.ModernBertConfig(**(defaults | overrides))


def ettin(folder: Path, **overrides: object) -> Path:
    """As sentence-transformers 5.5 saves a cross-encoder of modules, with the head of the Ettin rerankers."""
    tokenizer = cls_byte_pairs()
    config = modernbert_config(tokenizer, **overrides)
    return with_module_head(save(folder, transformers.ModernBertModel(config), tokenizer), config.hidden_size)


def with_module_head(folder: Path, hidden: int, pooling: str = "cls") -> Path:
    """Adds the modules to a checkpoint of a model without a head."""
    generator = torch.Generator().manual_seed(11)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * 0.25

    dense, torch_nn = {"module_input_name": "sentence_embedding", "in_features": hidden}, "torch.nn.modules"
    gelu = dense | {"out_features": hidden, "bias": False, "activation_function": f"{torch_nn}.activation.GELU"}
    out = dense | {"out_features": 1, "bias": True, "activation_function": f"{torch_nn}.linear.Identity"}
    written = {
        "1_Pooling": ({"embedding_dimension": hidden, "pooling_mode": pooling, "include_prompt": True}, {}),
        "2_Dense": (gelu | {"module_output_name": "sentence_embedding"}, {"linear.weight": drawn(hidden, hidden)}),
        "3_LayerNorm": ({"dimension": hidden}, {"norm.weight": 1 + drawn(hidden), "norm.bias": drawn(hidden)}),
        "4_Dense": (out | {"module_output_name": "scores"}, {"linear.weight": drawn(1, hidden), "linear.bias": drawn(1)}),
    }
    kinds = ("base.modules.transformer.Transformer", "sentence_transformer.modules.pooling.Pooling", "base.modules.dense.Dense",
             "sentence_transformer.modules.layer_norm.LayerNorm", "base.modules.dense.Dense")  # fmt: skip
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.{kind}"}
        for i, (path, kind) in enumerate(zip(["", *written], kinds, strict=True))
    ]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2))
    for path, (settings, weights) in written.items():
        (folder / path).mkdir()
        (folder / path / "config.json").write_text(json.dumps(settings, indent=2))
        if weights:
            save_file(weights, folder / path / "model.safetensors", {"format": "pt"})
    return folder


def ettin_of_long_texts(folder: Path) -> Path:
    """With the window of the published models."""
    return ettin(folder, local_attention=128, max_position_embeddings=1024)


def deberta(folder: Path, **overrides: object) -> Path:
    """As DeBERTa-v3: shared matrices, distances on a logarithmic scale (here far ones begin at 4 tokens), no other positions."""
    tokenizer = deberta_tokenizer()
    defaults = {
        **SIZES, "vocab_size": tokenizer.get_vocab_size(), "num_labels": 1, "relative_attention": True, "position_buckets": 8,
        "max_position_embeddings": POSITIONS, "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": "p2c|c2p",
        "position_biased_input": False,
    }  # fmt: skip
    config = transformers.DebertaV2Config(**(defaults | overrides))
    return save(folder, transformers.DebertaV2ForSequenceClassification(config), tokenizer)


def deberta_v2(folder: Path, **overrides: object) -> Path:
    """As the first DeBERTa-v2: matrices of their own for distances, which all have vectors; a convolution; segments."""
    options = {
        "share_att_key": False, "position_buckets": -1, "norm_rel_ebd": "none", "position_biased_input": True,
        "conv_kernel_size": 3, "conv_act": "gelu", "embedding_size": 16, "type_vocab_size": 2,
    }  # fmt: skip
    return deberta(folder, **(options | overrides))


def deberta_of_long_texts(folder: Path) -> Path:
    """With the buckets of the published models."""
    return deberta(folder, position_buckets=256, max_position_embeddings=512)


def mpnet(folder: Path) -> Path:
    """A family that the builder does not know."""
    tokenizer = wordpiece()
    config = transformers.MPNetConfig(
        **SIZES, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2, num_labels=1
    )
    return save(folder, transformers.MPNetForSequenceClassification(config), tokenizer)


def sentence_encoder(folder: Path) -> Path:
    """A BertModel without a head, of two layers."""
    bert(folder)
    tensors = load_file(folder / "model.safetensors")
    save_file({name.removeprefix("bert."): tensor for name, tensor in tensors.items() if name.startswith("bert.")}, folder / "model.safetensors")
    return folder


def interaction(folder: Path, means: float = 10.0, **cross: int) -> Path:
    """As train saves it; means: what the mean cosine is worth; cross: the fields of a shape about cross layers"""
    tokenizer = wordpiece()
    model = InteractionCrossEncoder(Shape(tokenizer.get_vocab_size(), 32, 64, 2, 4, POSITIONS, **cross))
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" not in name and name != "mix":
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.25)
        model.mix[0] = means
        model.stems.copy_(model.stems // 3 * 3)
    model.save(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def cross_layers(folder: Path) -> Path:
    return interaction(folder, cross_layers=2, cross_from=1)


SYSTEM = "Judge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be \"yes\" or \"no\"."
CHAT_TEMPLATE = """{%- set instruction = messages | selectattr("role", "eq", "system") | map(attribute="content") | first | default(
    "Given a web search query, retrieve relevant passages that answer the query") -%}
<|im_start|>system
""" + SYSTEM + """<|im_end|>
<|im_start|>user
<Instruct>: {{ instruction }}
<Query>: {{ messages | selectattr("role", "eq", "query") | map(attribute="content") | first }}
<Document>: {{ messages | selectattr("role", "eq", "document") | map(attribute="content") | first }}<|im_end|>
<|im_start|>assistant
<think>

</think>

{# two line ends after it #}
"""
"""As sentence-transformers 5.4 and later need it for a decoder: the roles are system, query and document."""


def qwen_tokenizer() -> Tokenizer:
    """As that of Qwen2 and Qwen3: byte pairs within the words that their expression finds, no special tokens around a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    words = Regex(
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(words, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    prompts = [text for prompt in PROMPTS.values() for text in (prompt.before, prompt.request, prompt.after, prompt.instruction or "")]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=PROMPT_VOCABULARY, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts() + (prompts + ["yes", "no", "?\n", ".\n"]) * 200, trainer)
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens(["<think>", "</think>"])
    return tokenizer


def decoder(folder: Path, kind: str = "Qwen3", head: str = "ForCausalLM", **overrides: object) -> Path:
    """A model of which sharing heads, heads wider than their part of the hidden width, and untied embeddings are the default."""
    tokenizer = qwen_tokenizer()
    sizes = {
        "vocab_size": tokenizer.get_vocab_size() + 5, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "max_position_embeddings": 1024,
        "tie_word_embeddings": False, "pad_token_id": tokenizer.token_to_id("<|endoftext|>"), "bos_token_id": None, "eos_token_id": None,
    }  # fmt: skip
    config = getattr(transformers, f"{kind}Config")(**sizes | overrides)
    return save(folder, getattr(transformers, kind + head)(config), tokenizer)


def with_chat_template(folder: Path, template: str = CHAT_TEMPLATE) -> Path:
    (folder / "chat_template.jinja").write_text(template)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "Qwen2Tokenizer"}))
    return folder


def with_modules(folder: Path, kinds: dict[str, str]) -> Path:
    """Adds the list of sentence-transformers' modules, by their folders."""
    listed = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.{kind}"} for i, (path, kind) in enumerate(kinds.items())]
    (folder / "modules.json").write_text(json.dumps(listed))
    return folder


def qwen3(folder: Path, **overrides: object) -> Path:
    """As Qwen3-Reranker."""
    return with_chat_template(decoder(folder, tie_word_embeddings=True, **overrides))


def qwen3_classifier(folder: Path, classes: int = 1) -> Path:
    """As those that were converted from Qwen3-Reranker."""
    return with_chat_template(decoder(folder, head="ForSequenceClassification", num_labels=classes))


def qwen3_two_classes(folder: Path) -> Path:
    return qwen3_classifier(folder, 2)


def qwen2(folder: Path, **overrides: object) -> Path:
    """As mxbai-rerank-v2, which has biases."""
    return decoder(folder, "Qwen2", **overrides)


DECODERS: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    "qwen2": (qwen2, "mxbai-rerank-v2"),
    "qwen3": (qwen3, "qwen3-reranker"),
    "qwen3-classifier": (qwen3_classifier, None),
    "qwen3-two-classes": (qwen3_two_classes, None),
}
"""Decoders, each with the name of its prompt; None for that of the chat template."""


def answers_of(folder: Path, prompt: str | None) -> list[int] | None:
    """The tokens of a decoder's answers; None if it has a classifier's head."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return None if prompt is None else [tokenizer.token_to_id(token) for token in PROMPTS[prompt].answers]


FAMILIES: dict[str, Callable[[Path], Path]] = {
    "bert": bert,
    "bert-two-classes": bert_two_classes,
    "deberta": deberta,
    "deberta-long": deberta_of_long_texts,
    "cross-layers": cross_layers,
    "deberta-v2": deberta_v2,
    "distilbert": distilbert,
    "electra": electra,
    "ettin": ettin,
    "ettin-long": ettin_of_long_texts,
    "interaction": interaction,
    "modernbert": modernbert,
    "modernbert-biases": modernbert_with_biases,
    "modernbert-mean": modernbert_mean,
    "monot5": monot5,
    "monot5-gated": monot5_gated,
    "mpnet-stock": mpnet,
    "roberta": roberta,
    "xlm-roberta": xlm_roberta,
    "xlm-roberta-mean": xlm_roberta_mean,
}
