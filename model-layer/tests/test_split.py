"""A graph in parts gives the bits of the whole."""

from pathlib import Path

import onnx
import pytest

from bundle import manifest
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.scorer import Scorer
from tests.checkpoints import FAMILIES, TEXTS


def compiled(checkpoint: Path, out: Path, precision: Precision, part_mb: float | None) -> Scorer:
    compile(Request(checkpoint, out, precision, "m", "MIT", 1, 64, stock=False, part_mb=part_mb))
    return Scorer(out)


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT])
@pytest.mark.parametrize("name", FAMILIES)
def test_parts_give_the_same_bits(name: str, precision: Precision, tmp_path: Path) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    whole = compiled(checkpoint, tmp_path / "whole", precision, None)
    parts = compiled(checkpoint, tmp_path / "parts", precision, 0.008)
    assert manifest.parts(whole.manifest) == ["model.onnx"] and "parts" not in whole.manifest
    names = manifest.parts(parts.manifest)
    assert len(names) >= 4
    assert sorted(names) == sorted(file.name for file in (tmp_path / "parts").glob("*.onnx"))
    assert set(parts.manifest["files"]) == {*manifest.graph_files(parts.manifest), "tokenizer.json"}
    for text in TEXTS:
        assert parts.logit(parts.encode(*text)) == whole.logit(whole.encode(*text))
    assert parts.manifest["golden"] == whole.manifest["golden"]


def test_no_part_is_much_larger_than_asked_for_even_where_a_table_is(tmp_path: Path) -> None:
    checkpoint = FAMILIES["bert"](tmp_path / "checkpoint")
    scorer = compiled(checkpoint, tmp_path / "bundle", Precision.FP32, 0.03)
    sizes = [scorer.manifest["files"][part]["bytes"] for part in manifest.parts(scorer.manifest)]
    assert checkpoint_words(checkpoint) > 40_000
    assert max(sizes) < 35_000


def checkpoint_words(checkpoint: Path) -> int:
    from bundle.checkpoint import Checkpoint

    return Checkpoint(checkpoint).tensor("bert.embeddings.word_embeddings.weight").nbytes


def test_each_constant_is_in_one_part_alone_unless_it_is_small(tmp_path: Path) -> None:
    checkpoint = FAMILIES["mpnet-stock"](tmp_path / "checkpoint")
    scorer = compiled(checkpoint, tmp_path / "bundle", Precision.FP32, 0.02)
    seen: set[str] = set()
    for part in manifest.parts(scorer.manifest):
        graph = onnx.load(tmp_path / "bundle" / part).graph
        large = {constant.name for constant in graph.initializer if constant.ByteSize() > 1000}
        assert not large & seen
        seen |= large


def test_a_bundle_compiled_anew_keeps_no_part_of_the_old(tmp_path: Path) -> None:
    checkpoint = FAMILIES["bert"](tmp_path / "checkpoint")
    compiled(checkpoint, tmp_path / "bundle", Precision.FP32, 0.01)
    compiled(checkpoint, tmp_path / "bundle", Precision.FP32, None)
    assert [file.name for file in (tmp_path / "bundle").glob("*.onnx")] == ["model.onnx"]
    compiled(checkpoint, tmp_path / "bundle", Precision.FP32, 0.1)
    assert not (tmp_path / "bundle" / "model.onnx").exists()


def test_a_part_size_of_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="--part-mb is 0; expected a number above 0"):
        compiled(FAMILIES["bert"](tmp_path / "checkpoint"), tmp_path / "bundle", Precision.FP32, 0)
