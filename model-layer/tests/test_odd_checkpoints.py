"""A checkpoint whose settings have another type or an impossible value is refused in one line that names file and field."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bundle.checkpoint import config_of
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from tests.checkpoints import (
    bert,
    deberta,
    decoder,
    distilbert,
    electra,
    ettin,
    modernbert,
    monot5,
    mpnet,
    qwen3,
    roberta,
    with_config,
    with_modules,
)

PROMPT = "qwen3-reranker"
LLAMA3 = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
    "rope_theta": 5e5,
}  # fmt: skip


def llama(folder: Path) -> Path:
    return decoder(folder, "Llama")


CONFIGURATIONS: list[tuple[Callable[[Path], Path], dict[str, object], str]] = [
    (bert, {"hidden_size": "x"}, "has the hidden_size 'x'; expected a number"),
    (bert, {"hidden_size": None}, "has the hidden_size None; expected a number"),
    (bert, {"hidden_size": -4}, "has the hidden_size -4; expected a number above 0"),
    (bert, {"hidden_size": 32.5}, "Field 'hidden_size' expected int, got float"),
    (bert, {"hidden_size": 10**400}, "transformers cannot make a model from this configuration"),
    (bert, {"hidden_size": float("inf")}, "has the hidden_size inf; expected a number"),
    (qwen3, {"sliding_window": float("-inf")}, "has the sliding_window -inf; expected a number"),
    (bert, {"hidden_size": float("nan")}, "has the hidden_size nan; expected a number"),
    (bert, {"num_attention_heads": 5}, "The hidden size (32) is not a multiple of the number of attention heads (5)"),
    (bert, {"num_attention_heads": 0}, "has the num_attention_heads 0; expected a number above 0"),
    (bert, {"num_hidden_layers": 0}, "has the num_hidden_layers 0; expected a number above 0"),
    (bert, {"max_position_embeddings": 0}, "has the max_position_embeddings 0; expected a number above 0"),
    (bert, {"layer_norm_eps": "1e-5"}, "has the layer_norm_eps '1e-5'; expected a number"),
    (bert, {"layer_norm_eps": -1.0}, "has the layer_norm_eps -1.0; expected a number of at least 0"),
    (bert, {"hidden_act": ["gelu"]}, "Field 'hidden_act' expected str, got list"),
    (bert, {"id2label": 5}, "transformers cannot make a model from this configuration"),
    (bert, {"architectures": "x"}, "has the architectures 'x'; expected a list of names"),
    (bert, {"architectures": [3]}, "has the architectures [3]; expected a list of names"),
    (bert, {"auto_map": 5}, "needs its own Python code (5)"),
    (bert, {"model_type": ["bert"]}, "has the model_type ['bert']; expected a text"),
    (bert, {"type_vocab_size": True}, "has the type_vocab_size True; expected a number"),
    (roberta, {"pad_token_id": "x"}, "Field 'pad_token_id' with value 'x'"),
    (electra, {"embedding_size": "x"}, "Field 'embedding_size' expected int, got str"),
    (distilbert, {"dim": "x"}, "Field 'dim' expected int, got str"),
    (distilbert, {"n_heads": 5}, "config.n_heads 5 must divide config.dim 32 evenly"),
    (mpnet, {"hidden_size": "x"}, "has the hidden_size 'x'; expected a number"),
    (deberta, {"pos_att_type": 3}, "Field 'pos_att_type' with value 3"),
    (deberta, {"pos_att_type": [3]}, "Field 'pos_att_type' with value [3]"),
    (deberta, {"norm_rel_ebd": None}, "has the norm_rel_ebd None; expected a text"),
    (deberta, {"position_buckets": "8"}, "has the position_buckets '8'; expected a number"),
    (deberta, {"position_buckets": None}, "has the position_buckets None; expected a number"),
    (deberta, {"position_buckets": 2.5}, "transformers cannot make a model from this configuration"),
    (deberta, {"max_relative_positions": "x"}, "has the max_relative_positions 'x'; expected a number"),
    (deberta, {"conv_kernel_size": "3"}, "has the conv_kernel_size '3'; expected a number"),
    (deberta, {"relative_attention": "x"}, "Field 'relative_attention' expected bool, got str"),
    (deberta, {"embedding_size": "x"}, "transformers cannot make a model from this configuration"),
    (modernbert, {"rope_parameters": 5}, "Field 'rope_parameters' with value 5"),
    (modernbert, {"rope_parameters": {"full_attention": 5}}, "Field 'rope_parameters' with value {'full_attention': 5}"),
    (modernbert, {"rope_parameters": {"full_attention": {"rope_theta": "x"}}}, "has the rope_theta 'x'; expected a number"),
    (modernbert, {"rope_parameters": {"full_attention": {"rope_type": 3}}}, "has the rope_type 3; expected a text"),
    (modernbert, {"rope_parameters": {"sliding_attention": {"rope_theta": -5}}}, "has the rope_theta -5; expected a number above 0"),
    (modernbert, {"rope_parameters": None, "global_rope_theta": "x"}, "has the global_rope_theta 'x'; expected a number"),
    (modernbert, {"rope_parameters": None, "local_rope_theta": -5}, "has the local_rope_theta -5; expected a number above 0"),
    (modernbert, {"rope_scaling": 5}, "transformers cannot make a model from this configuration"),
    (modernbert, {"local_attention": "x"}, "has the local_attention 'x'; expected a number"),
    (modernbert, {"local_attention": -8}, "has the local_attention -8; expected a number of at least 0"),
    (modernbert, {"layer_types": None, "global_attn_every_n_layers": 0}, "has the global_attn_every_n_layers 0; expected a number above 0"),
    (modernbert, {"layer_types": ["x", "y", "x", "y"]}, "transformers cannot make a model from this configuration"),
    (modernbert, {"classifier_pooling": "max"}, "Field 'classifier_pooling' expected one of ('cls', 'mean'), got max"),
    (modernbert, {"classifier_activation": 3}, "Field 'classifier_activation' expected str, got int"),
    (monot5, {"d_model": "x"}, "Field 'd_model' expected int, got str"),
    (monot5, {"feed_forward_proj": 3}, "Field 'feed_forward_proj' expected str, got int"),
    (monot5, {"num_layers": 0}, "which a model with its config.json does not have"),
    (monot5, {"num_decoder_layers": "x"}, "Field 'num_decoder_layers' with value 'x'"),
    (monot5, {"relative_attention_max_distance": 0}, "has the relative_attention_max_distance 0; expected a number above 0"),
    (monot5, {"decoder_start_token_id": "x"}, "has the decoder_start_token_id 'x'; expected 0.."),
    (monot5, {"decoder_start_token_id": -7}, "has the decoder_start_token_id -7; expected 0.."),
    (monot5, {"decoder_start_token_id": None}, "has the decoder_start_token_id None; expected 0.."),
    (llama, {"rms_norm_eps": -1}, "has the rms_norm_eps -1; expected a number of at least 0"),
    (llama, {"rope_parameters": None, "rope_theta": -5}, "has the rope_theta -5; expected a number above 0"),
    (llama, {"rope_parameters": None, "rope_theta": None}, "has the rope_theta null; expected a number above 0"),
    (llama, {"rope_parameters": {"rope_type": "default", "rope_theta": None}}, "has the rope_theta None; expected a number"),
    (llama, {"rope_parameters": LLAMA3 | {"factor": "8"}}, "has the factor '8'; expected a number"),
    (llama, {"rope_parameters": LLAMA3 | {"factor": None}}, "has the factor None; expected a number"),
    (llama, {"rope_parameters": LLAMA3 | {"factor": 0}}, "has the factor 0; expected a number above 0"),
    (llama, {"rope_parameters": LLAMA3 | {"original_max_position_embeddings": "x"}}, "has the original_max_position_embeddings 'x'; expected a number"),
    (llama, {"rope_parameters": 5}, "Field 'rope_parameters' with value 5"),
    (llama, {"rope_parameters": {"rope_type": 3}}, "has the rope_type 3; expected a text"),
    (llama, {"rope_parameters": {"rope_type": "default", "rope_theta": True}}, "has the rope_theta True; expected a number"),
    (llama, {"head_dim": -16}, "has the head_dim -16; expected a number above 0"),
    (llama, {"max_position_embeddings": -1}, "has the max_position_embeddings -1; expected a number above 0"),
    (qwen3, {"use_sliding_window": True, "sliding_window": "x"}, "has the sliding_window 'x'; expected a number"),
]


@pytest.mark.parametrize(("make", "fields", "message"), CONFIGURATIONS, ids=lambda value: str(value)[:60] if isinstance(value, dict) else "")
def test_an_odd_configuration_is_refused(make: Callable[[Path], Path], fields: dict[str, object], message: str, tmp_path: Path) -> None:
    assert message in refusal(with_config(make(tmp_path / "x"), **fields), PROMPT if make in (llama, qwen3) else None)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("high_freq_factor", 0.1), ("intermediate_size", 1), ("low_freq_factor", 0.1), ("num_key_value_heads", 1), ("partial_rotary_factor", 0.1),
        ("vocab_size", 1), ("layer_norm_epsilon", 0), ("norm_eps", 0), ("rms_norm_eps", 0), ("type_vocab_size", 0), ("conv_groups", -1),
    ],
)  # fmt: skip
def test_a_number_is_refused_if_it_is_a_text_or_too_small(name: str, least: float, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for odd in ["8"] if least < 0 else ["8", least - 1]:
        with pytest.raises(BundleError, match=f"has the {name} {odd!r}; expected a number"):
            config_of(with_config(tmp_path, **{name: odd}))
    assert config_of(with_config(tmp_path, **{name: least})) == {name: least}


@pytest.mark.parametrize("name", ["original_max_position_embeddings", "partial_rotary_factor", "rope_scaling", "sliding_window"])
def test_a_null_that_transformers_takes_is_a_missing_field(name: str, tmp_path: Path) -> None:
    checkpoint = with_config(qwen3(tmp_path / "x"), **{name: None})
    compile(Request(checkpoint, tmp_path / "bundle", Precision.FP32, "x", "MIT", 1, None, stock=False, prompt=PROMPT))


NOT_FIELDS = "is '[5]'; expected a JSON object with fields"
NULL = "is 'null'; expected a JSON object with fields"
NOT_MODULES = "modules.json is not a list of modules; expected a path and a type for each"
NO_LENGTH = "its longest input; expected a positive number of tokens"
MODEL_ALONE = {"path": "", "type": "sentence_transformers.models.Transformer"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", [5], NOT_FIELDS),
        ("config.json", None, NULL),
        ("modules.json", None, NOT_MODULES),
        ("modules.json", {}, NOT_MODULES),
        ("modules.json", 0, NOT_MODULES),
        ("modules.json", {"a": 1}, NOT_MODULES),
        ("modules.json", [5], NOT_MODULES),
        ("modules.json", [{"path": ""}], NOT_MODULES),
        ("modules.json", [{"path": "", "type": 5}], NOT_MODULES),
        ("modules.json", [MODEL_ALONE | {"path": "../x"}], "has the path '../x'; expected a folder's name"),
        ("sentence_bert_config.json", {"max_seq_length": "x"}, f"has the max_seq_length 'x', {NO_LENGTH}"),
        ("sentence_bert_config.json", {"max_seq_length": -1}, f"has the max_seq_length -1, {NO_LENGTH}"),
        ("sentence_bert_config.json", {"max_seq_length": 0}, f"has the max_seq_length 0, {NO_LENGTH}"),
        ("sentence_bert_config.json", {"max_seq_length": 3}, "allow inputs of 3 tokens; expected at least 16, or --max-tokens"),
        ("sentence_bert_config.json", [5], NOT_FIELDS),
        ("tokenizer_config.json", {"model_max_length": "x"}, f"has the model_max_length 'x', {NO_LENGTH}"),
        ("tokenizer_config.json", {"do_lower_case": "x"}, "do_lower_case of another type; expected true or false"),
        ("tokenizer_config.json", [5], NOT_FIELDS),
        ("tokenizer_config.json", None, NULL),
        ("tokenizer.json", [5], "is not a tokenizer that Hugging Face's tokenizers can load"),
        ("fetched.json", [5], NOT_FIELDS),
        ("fetched.json", {"id": "\ud800"}, "fetched.json is not valid JSON"),
    ],
)  # fmt: skip
def test_odd_settings_beside_a_model_are_refused(name: str, content: object, message: str, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / name).write_text(json.dumps(content))
    assert message in refusal(checkpoint)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{}\xe9", "{}".encode("utf-16"), b"\xef\xbb\xbf{}", b"[" * 10**5], ids=["empty", "cut", "latin", "utf-16", "bom", "deep"]
)
@pytest.mark.parametrize("name", ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer_config.json", "fetched.json"])
def test_a_file_that_is_no_json_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / name).write_bytes(content)
    assert f"{name} is not valid JSON" in refusal(checkpoint)


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors"])
def test_an_adapter_in_files_of_its_own_is_refused(name: str, tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / name).write_text("{}")
    assert f"has {name}; expected a whole model without adapters: merge" in refusal(checkpoint)
    (checkpoint / "config.json").unlink()  # as it is published
    assert f"has {name}; expected a whole model without adapters: merge" in refusal(checkpoint)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"prompts": {"x": 5}, "default_prompt_name": "x"}, "has the prompts {'x': 5} and the default_prompt_name 'x'; expected texts by name"),
        ({"prompts": 5, "default_prompt_name": "x"}, "has the prompts 5 and"),
        ({"prompts": {"x": "a"}, "default_prompt_name": ["x"]}, "and the default_prompt_name ['x']; expected"),
        ([5], NOT_FIELDS),
    ],
)
def test_odd_prompts_of_a_decoder_are_refused(content: object, message: str, tmp_path: Path) -> None:
    checkpoint = qwen3(tmp_path / "x")
    (checkpoint / "config_sentence_transformers.json").write_text(json.dumps(content))
    refused = refusal(checkpoint)
    assert message in refused and "config_sentence_transformers.json" in refused


@pytest.mark.parametrize(
    "stored",
    [{}, {"true_token_id": "x"}, {"true_token_id": -1}, {"true_token_id": 10**6}, {"true_token_id": 5, "false_token_id": 2.5}, [5]],
)
def test_answers_that_are_no_tokens_are_refused(stored: object, tmp_path: Path) -> None:
    kinds = {"": "base.modules.transformer.Transformer", "1_LogitScore": "cross_encoder.modules.logit_score.LogitScore"}
    checkpoint = with_modules(qwen3(tmp_path / "x"), kinds)
    (checkpoint / "1_LogitScore").mkdir()
    (checkpoint / "1_LogitScore" / "config.json").write_text(json.dumps(stored))
    refused = refusal(checkpoint, PROMPT)
    assert "1_LogitScore/config.json" in refused and ("expected 0.." in refused or NOT_FIELDS in refused)


@pytest.mark.parametrize(
    ("folder", "settings", "message"),
    [
        ("1_Pooling", {"pooling_mode": 5}, "modules.json has pooling 5; expected"),
        ("2_Dense", {"activation_function": ["x"]}, "modules.json has 2_Dense with ['x']; expected"),
        ("2_Dense", {"out_features": "x"}, "has 2_Dense.linear.weight of shape (32, 32); expected ('x', 32) by its config.json"),
        ("2_Dense", {"in_features": None}, "expected (32, None) by its config.json"),
        ("3_LayerNorm", {"dimension": "x"}, "has 3_LayerNorm.norm.weight of shape (32,); expected ('x',) by its config.json"),
    ],
)
def test_odd_modules_of_a_head_are_refused(folder: str, settings: dict[str, object], message: str, tmp_path: Path) -> None:
    checkpoint = ettin(tmp_path / "x")
    file = checkpoint / folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))
    assert message in refusal(checkpoint)


def refusal(checkpoint: Path, prompt: str | None = None) -> str:
    """What compile says, in one line."""
    with pytest.raises(BundleError) as refused:
        compile(Request(checkpoint, checkpoint.parent / "bundle", Precision.FP32, "x", "MIT", 1, None, stock=False, prompt=prompt))
    assert "\n" not in str(refused.value)
    return str(refused.value)
