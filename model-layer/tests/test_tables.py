"""A large graph's embeddings are in a file of their own, and give the bits of embeddings in the graph."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array, to_array

from bundle import manifest
from bundle.check import check
from bundle.compile import Request, compile
from bundle.errors import BundleError
from bundle.precision import Precision
from bundle.scorer import Scorer
from bundle.tables import TableFile
from tests.checkpoints import DECODER_TEXTS, DECODERS, FAMILIES, TEXTS, bert

PART_MB = 0.008
ENCODERS = ["bert", "xlm-roberta-mean", "ettin", "deberta", "monot5", "mpnet-stock"]


def compiled(checkpoint: Path, out: Path, precision: Precision, part_mb: float | None, prompt: str | None = None) -> Scorer:
    window = 256 if prompt else 64
    compile(Request(checkpoint, out, precision, "m", "MIT", 1, window, stock=False, part_mb=part_mb, prompt=prompt))
    return Scorer(out)


def external(bundle: Path) -> dict[str, list[TensorProto]]:
    """The tensors outside of each part."""
    parts = {part: onnx.load(bundle / part, load_external_data=False) for part in manifest.parts(manifest.read(bundle))}
    moved = {part: [each for each in model.graph.initializer if each.data_location == TensorProto.EXTERNAL] for part, model in parts.items()}
    return {part: tensors for part, tensors in moved.items() if tensors}


def place(tensor: TensorProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in tensor.external_data}


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT])
@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoders_file_is_listed_and_gives_the_same_bits(name: str, precision: Precision, tmp_path: Path) -> None:
    checkpoint = FAMILIES[name](tmp_path / "checkpoint")
    whole = compiled(checkpoint, tmp_path / "whole", precision, None)
    parts = compiled(checkpoint, tmp_path / "parts", precision, PART_MB)
    assert_same(whole, parts, tmp_path / "parts", TEXTS)


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8_7BIT, Precision.INT8_WEIGHTS])
def test_a_decoders_file_is_listed_and_gives_the_same_bits(precision: Precision, tmp_path: Path) -> None:
    make, prompt = DECODERS["qwen3"]
    checkpoint = make(tmp_path / "checkpoint")
    whole = compiled(checkpoint, tmp_path / "whole", precision, None, prompt)
    parts = compiled(checkpoint, tmp_path / "parts", precision, 0.02, prompt)
    assert_same(whole, parts, tmp_path / "parts", DECODER_TEXTS)


def assert_same(whole: Scorer, parts: Scorer, bundle: Path, texts: list[tuple[str, str]]) -> None:
    assert "embeddings" not in whole.manifest and not (bundle.parent / "whole" / "embeddings.bin").exists()
    assert parts.manifest["embeddings"] == "embeddings.bin"
    assert parts.manifest["files"]["embeddings.bin"] == manifest.file_spec(bundle / "embeddings.bin")
    assert parts.manifest["golden"] == whole.manifest["golden"]
    for text in texts:
        assert parts.logit(parts.encode(*text)) == whole.logit(whole.encode(*text))


def test_each_table_is_whole_and_begins_at_a_page(tmp_path: Path) -> None:
    checkpoint = FAMILIES["bert"](tmp_path / "checkpoint")
    compiled(checkpoint, tmp_path / "whole", Precision.INT8_7BIT, None)
    compiled(checkpoint, tmp_path / "parts", Precision.INT8_7BIT, 0.001)
    whole = {each.name: each for each in onnx.load(tmp_path / "whole" / "model.onnx").graph.initializer}
    tables = [table for tensors in external(tmp_path / "parts").values() for table in tensors]
    content = (tmp_path / "parts" / "embeddings.bin").read_bytes()
    assert {table.name for table in tables} == {"words.weight", "words.scale"}
    for table in tables:
        expected, at, length = to_array(whole[table.name]), int(place(table)["offset"]), int(place(table)["length"])
        assert at % 65_536 == 0, "Windows maps from such places only"
        assert length == expected.nbytes and list(table.dims) == list(expected.shape)
        assert content[at : at + length] == expected.tobytes()
    assert len(content) == max(int(place(table)["offset"]) + int(place(table)["length"]) for table in tables)


def test_no_part_is_larger_because_of_a_table(tmp_path: Path) -> None:
    compiled(FAMILIES["bert"](tmp_path / "checkpoint"), tmp_path / "bundle", Precision.FP32, 0.03)
    described = manifest.read(tmp_path / "bundle")
    assert described["files"]["embeddings.bin"]["bytes"] > 40_000
    assert max(described["files"][part]["bytes"] for part in manifest.parts(described)) < 35_000


def test_a_graph_of_little_beside_its_embeddings_stays_one_file(tmp_path: Path) -> None:
    checkpoint = bert(tmp_path / "checkpoint", vocab_size=4000)
    whole = compiled(checkpoint, tmp_path / "whole", Precision.INT8_7BIT, None)
    parts = compiled(checkpoint, tmp_path / "parts", Precision.INT8_7BIT, 0.1)
    assert manifest.parts(parts.manifest) == ["model.onnx"] and "parts" not in parts.manifest
    assert parts.manifest["files"]["embeddings.bin"]["bytes"] == 4000 * 32
    assert_same(whole, parts, tmp_path / "parts", TEXTS)


def test_a_bundle_compiled_anew_replaces_the_file_and_never_overwrites_it(tmp_path: Path) -> None:
    checkpoint, out = FAMILIES["bert"](tmp_path / "checkpoint"), tmp_path / "bundle"
    compiled(checkpoint, out, Precision.FP32, PART_MB)
    with (out / "embeddings.bin").open("rb") as mapped:
        before = mapped.read()
        compiled(checkpoint, out, Precision.INT8_7BIT, PART_MB)
        assert mapped.seek(0) == 0 and mapped.read() == before
    assert (out / "embeddings.bin").stat().st_size < len(before)
    compiled(checkpoint, out, Precision.FP32, None)
    assert not (out / "embeddings.bin").exists() and "embeddings" not in manifest.read(out)


@pytest.mark.parametrize(("kind", "axis", "moves"), [(np.float32, 0, True), (np.float32, 1, False), (np.float64, 0, False), (np.bool_, 0, False), (np.uint16, 0, False)])
def test_only_tables_that_the_function_accepts_move(kind: type, axis: int, moves: bool, tmp_path: Path) -> None:
    table = from_array(np.ones((100, 2), kind), "table")
    tables = TableFile(tmp_path / "embeddings.bin")
    assert tables.take([helper.make_node("Gather", ["table", "ids"], ["rows"], axis=axis)], [table], 100) == moves
    assert tables.is_there() == moves == (table.data_location == TensorProto.EXTERNAL)


def test_a_file_of_two_gigabytes_is_refused_before_it_is_written(tmp_path: Path) -> None:
    """As the function refuses it. The file is sparse."""
    tables = TableFile(tmp_path / "embeddings.bin")
    with tables.path.open("wb") as file:
        file.truncate(manifest.MOST_BYTES - 65_535)
    gather = helper.make_node("Gather", ["table", "ids"], ["rows"], axis=0)
    assert tables.take([gather], [from_array(np.ones((1, 65_535), np.int8), "table")], 100)
    refused = "embeddings.bin has 2147549184 bytes; expected at most 2147483647: compile with --precision int8-7bit or int8-weights"
    with pytest.raises(BundleError, match=refused):
        tables.take([gather], [from_array(np.ones((1, 65_536), np.int8), "table")], 100)


def test_no_file_of_a_bundle_is_larger_than_the_function_reads(tmp_path: Path) -> None:
    with (tmp_path / "model.onnx").open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(BundleError, match="model.onnx has 2147483648 bytes; expected at most 2147483647: compile with"):
        manifest.file_spec(tmp_path / "model.onnx")


def test_check_and_the_card_know_the_file(tmp_path: Path) -> None:
    checkpoint, out = FAMILIES["bert"](tmp_path / "checkpoint"), tmp_path / "bundle"
    described = compiled(checkpoint, out, Precision.FP32, PART_MB).manifest
    card = (out / "README.md").read_text()
    size = sum(spec["bytes"] for name, spec in described["files"].items() if name != "tokenizer.json") / 1e6
    assert f"| graph | {size:.1f} MB in {len(manifest.parts(described))} parts, and embeddings.bin, which is mapped |" in card
    assert f"| file | `embeddings.bin`, {described['files']['embeddings.bin']['bytes']:,} bytes |" in card
    assert "| 570 | " in check(out, checkpoint, None)
