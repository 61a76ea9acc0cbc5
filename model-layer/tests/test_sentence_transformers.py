"""What sentence-transformers saves beside a model: heads of modules on every family, the window, small letters."""

import json
from pathlib import Path

import numpy as np
import pytest
import transformers

from bundle.check import check
from bundle.errors import BundleError
from bundle.reference import TransformersReference
from tests.checkpoints import POSITIONS, SIZES, TEXTS, bert, save, with_module_head, wordpiece, xlm_roberta
from tests.test_modernbert import compiled, setting

DISTILBERT = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}
MODELS = {
    "bert": (transformers.BertConfig, transformers.BertModel, SIZES),
    "distilbert": (transformers.DistilBertConfig, transformers.DistilBertModel, DISTILBERT),
    "electra": (transformers.ElectraConfig, transformers.ElectraModel, {**SIZES, "embedding_size": 16}),
    "roberta": (transformers.RobertaConfig, transformers.RobertaModel, {**SIZES, "type_vocab_size": 1, "pad_token_id": 1}),
    "mpnet": (transformers.MPNetConfig, transformers.MPNetModel, SIZES),
}


def with_modules(folder: Path, name: str, pooling: str) -> Path:
    tokenizer = wordpiece()
    config, model, sizes = MODELS[name]
    config = config(**sizes, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2)
    return with_module_head(save(folder, model(config), tokenizer), 32, pooling)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("name", MODELS)
def test_a_head_of_modules_may_be_on_any_encoder(
    name: str, pooling: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = with_modules(tmp_path / "x", name, pooling)
    scorer, reference = compiled(checkpoint, max_tokens=POSITIONS), TransformersReference(checkpoint)
    assert ("stock export" in capsys.readouterr().out) == (name == "mpnet")
    pairs = [scorer.encode(*text) for text in TEXTS]
    expected = [reference.logit(pair.ids, pair.segments) for pair in pairs]
    assert [scorer.logit(pair) for pair in pairs] == pytest.approx(expected, abs=1e-4)
    assert np.ptp(expected) > 0.01  # or it would prove nothing


@pytest.mark.parametrize("name", ["bert", "mpnet"])  # by the builder, and by the stock export
def test_a_module_without_one_of_its_tensors_is_refused(name: str, tmp_path: Path) -> None:
    checkpoint = with_modules(tmp_path / "x", name, "mean")
    setting("2_Dense/config.json", bias=True)(checkpoint)
    with pytest.raises(BundleError, match="has no tensor 2_Dense.linear.bias"):
        compiled(checkpoint)


@pytest.mark.parametrize("file", ["sentence_bert_config.json", "sentence_xlm-roberta_config.json"])
def test_the_window_is_the_longest_input_of_sentence_transformers(file: str, tmp_path: Path) -> None:
    checkpoint = xlm_roberta(tmp_path / "x")
    (checkpoint / "tokenizer_config.json").write_text('{"model_max_length": 48}')
    assert compiled(checkpoint).manifest["max_tokens"] == 48
    (checkpoint / file).write_text('{"max_seq_length": null, "do_lower_case": false}')
    assert compiled(checkpoint).manifest["max_tokens"] == 48
    (checkpoint / file).write_text('{"max_seq_length": 32, "do_lower_case": false}')
    assert compiled(checkpoint).manifest["max_tokens"] == 32
    (checkpoint / file).write_text('{"max_seq_length": 56, "do_lower_case": false}')
    assert compiled(checkpoint).manifest["max_tokens"] == 56
    assert compiled(checkpoint, max_tokens=64).manifest["max_tokens"] == 64


def test_a_window_beyond_the_models_positions_ends_there(tmp_path: Path) -> None:
    checkpoint = xlm_roberta(tmp_path / "x")
    (checkpoint / "sentence_bert_config.json").write_text('{"max_seq_length": 8192}')
    assert compiled(checkpoint).manifest["max_tokens"] == POSITIONS


def test_letters_are_made_small_if_sentence_transformers_does_it(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "x")
    (checkpoint / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": false}')
    cased = compiled(checkpoint).encode("Bread", "YEAST")
    (checkpoint / "sentence_bert_config.json").write_text('{"max_seq_length": 64, "do_lower_case": true}')
    scorer = compiled(checkpoint)
    assert scorer.encode("Bread", "YEAST") == scorer.encode("bread", "yeast") != cased
    assert json.loads((tmp_path / "bundle" / "tokenizer.json").read_text())["normalizer"]["normalizers"][0]["type"] == "Lowercase"
    report = check(tmp_path / "bundle", checkpoint, None)
    assert report.splitlines()[2].split(" | ")[2] == "0"  # with other tokens
