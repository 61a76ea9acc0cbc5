"""DeBERTa-v2 and v3 at the lengths where blocks, buckets and the table of distances end, in every form of the configuration."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import transformers
from transformers.models.deberta_v2.modeling_deberta_v2 import build_relative_position

from bundle import manifest
from bundle.check import check
from bundle.checkpoint import Checkpoint
from bundle.deberta import shape_of
from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.reference import TransformersReference
from tests.checkpoints import TEXTS, deberta, deberta_of_long_texts, deberta_tokenizer, deberta_v2, save, with_config, with_module_head
from tests.test_modernbert import compiled, pair_of

LONGEST = 1024
OF_V3 = {"position_buckets": 256, "max_position_embeddings": 512}
"""As published models have it: distances from 128 on share vectors, and those from 512 on have none of their own."""


@pytest.mark.parametrize(
    ("make", "fields"),
    [(deberta, OF_V3), (deberta, {"position_buckets": 32}), (deberta_v2, {"max_position_embeddings": LONGEST})],
    ids=["v3", "v3 with few buckets", "v2"],
)
def test_every_length_gives_transformers_logits(make: Callable[..., Path], fields: dict[str, int], tmp_path: Path) -> None:
    checkpoint = make(tmp_path / "x", **fields)
    scorer, reference = compiled(checkpoint, max_tokens=LONGEST), TransformersReference(checkpoint)
    logits = []
    for tokens in (3, 4, 5, 64, 127, 128, 129, 130, 255, 256, 257, 385, 511, 512, 513, LONGEST - 1, LONGEST):
        pair = pair_of(tokens)
        logits.append(scorer.logit(pair))
        assert logits[-1] == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4), tokens
    assert np.ptp(logits) > 0.1  # or it would prove nothing


@pytest.mark.parametrize(("buckets", "largest"), [(256, 512), (32, 512), (8, 64), (-1, 64), (-1, 512)])
def test_each_distance_has_the_vector_that_transformers_gives_it(buckets: int, largest: int, tmp_path: Path) -> None:
    checkpoint = deberta(tmp_path / "x", position_buckets=buckets, max_position_embeddings=largest)
    distances = shape_of(Checkpoint(checkpoint)).distances
    rows = torch.zeros(1, 700, 1)
    by_pair = build_relative_position(rows, rows, bucket_size=buckets, max_position=largest)[0]
    expected = torch.clamp(by_pair + distances.buckets, 0, 2 * distances.buckets - 1)
    found = distances.vectors(699)
    assert found[:700].tolist() == expected[:, 0].flip(0).tolist()  # from token 699 to 0, …, from 0 to 0
    assert found[699:].tolist() == expected[0].tolist()  # from token 0 to 0, …, to 699


@pytest.mark.parametrize(
    "fields",
    [
        {"pos_att_type": ["c2p"]},
        {"pos_att_type": "p2c"},
        {"pos_att_type": ["p2c", "c2p", "p2p"], "share_att_key": False},
        {"pos_att_type": "c2p", "share_att_key": False},
        {"pos_att_type": None},
        {"relative_attention": False, "position_biased_input": True},
        {"max_relative_positions": 20, "position_buckets": -1},
        {"max_relative_positions": 40, "position_buckets": 16},
        {"norm_rel_ebd": "none"},
        {"position_biased_input": True, "type_vocab_size": 1},
        {"type_vocab_size": 2},
        {"embedding_size": 48},
        {"conv_kernel_size": 5, "conv_act": "relu"},
        {"conv_kernel_size": 3, "num_hidden_layers": 1},
        {"num_hidden_layers": 1},
        {"hidden_act": "gelu_new", "pooler_hidden_act": "tanh"},
        {"layer_norm_eps": 0.5},
        {"num_attention_heads": 1},
    ],
    ids=lambda fields: "-".join(f"{name}={value}" for name, value in fields.items()),
)  # fmt: skip
def test_the_configuration_is_read_as_by_transformers(
    fields: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = deberta(tmp_path / "x", **fields)
    scorer, reference = compiled(checkpoint), TransformersReference(checkpoint)
    for text in [*TEXTS, ("a", "b")]:
        pair = scorer.encode(*text)
        assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)
    assert "stock export" not in capsys.readouterr().out


@pytest.mark.parametrize("fields", [{"conv_kernel_size": 3, "conv_groups": 2}, {"hidden_act": "mish"}])
def test_what_the_builder_does_not_know_takes_the_stock_export(
    fields: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = deberta(tmp_path / "x", **fields)
    scorer, reference, pair = compiled(checkpoint), TransformersReference(checkpoint), pair_of(20)
    assert "The builder does not support a" in capsys.readouterr().out
    assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_a_head_of_modules_may_be_on_deberta(pooling: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokenizer = deberta_tokenizer()
    plain = transformers.AutoConfig.from_pretrained(deberta(tmp_path / "plain"))
    checkpoint = with_module_head(save(tmp_path / "x", transformers.DebertaV2Model(plain), tokenizer), plain.hidden_size, pooling)
    scorer, reference = compiled(checkpoint), TransformersReference(checkpoint)
    assert "stock export" not in capsys.readouterr().out
    for text in TEXTS:
        pair = scorer.encode(*text)
        assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)


def test_the_tokens_are_those_of_transformers(tmp_path: Path) -> None:
    checkpoint = deberta(tmp_path / "x")
    compiled(checkpoint)
    report = check(tmp_path / "bundle", checkpoint, None)
    assert report.splitlines()[2].split(" | ")[2] == "0"  # with other tokens


def test_a_table_of_positions_that_the_model_does_not_use_is_left_out(tmp_path: Path) -> None:
    """Microsoft's checkpoints of DeBERTa-v3 have one."""
    checkpoint = deberta(tmp_path / "x", position_biased_input=True)
    with_config(checkpoint, position_biased_input=False)
    scorer, reference, pair = compiled(checkpoint), TransformersReference(checkpoint), pair_of(20)
    assert scorer.logit(pair) == pytest.approx(reference.logit(pair.ids, pair.segments), abs=1e-4)


@pytest.mark.parametrize(("make", "window"), [(deberta, 8192), (deberta_v2, 64)])
def test_the_window_ends_where_the_positions_do(make: Callable[..., Path], window: int, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=rf"--max-tokens is 8193; expected 16\.\.{window}"):
        compiled(make(tmp_path / "x"), max_tokens=8193)


def test_the_graph_keeps_the_vectors_of_distances_and_nothing_that_grows_with_the_square_of_the_window(tmp_path: Path) -> None:
    checkpoint = deberta_of_long_texts(tmp_path / "x")
    for precision, bytes_each in ((Precision.FP32, 4), (Precision.INT8_7BIT, 1)):
        compiled(checkpoint, precision, max_tokens=4096)
        graph = onnx.load(tmp_path / "bundle" / "model.onnx").graph
        vectors = [constant for constant in graph.initializer if constant.name.endswith((".distances.key", ".distances.query"))]
        assert [constant.ByteSize() // 1000 for constant in vectors] == [2 * 256 * 32 * bytes_each // 1000] * 4
        assert max(np.prod(constant.dims) for constant in graph.initializer) < 4096 * 32
        taken = manifest.read(tmp_path / "bundle")["inputs"]
        assert taken == {"input_ids": "input_ids", "token_type_ids": None, "attention_mask": None}


