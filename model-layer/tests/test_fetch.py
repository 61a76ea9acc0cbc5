"""fetch, as a user runs it, against a server on this machine."""

import json
import os
import pty
import random
import socket
import subprocess
import sys
import termios
from pathlib import Path

from bundle import manifest
from bundle.compile import Request, compile
from bundle.precision import Precision
from bundle.scorer import Scorer
from tests.checkpoints import TEXTS, ettin, qwen3, with_modules
from tests.hub import COMMIT, Hub, sha256

FILES = {
    "config.json": b'{"model_type": "bert"}',
    "tokenizer.json": b"{}",
    "README.md": b"---\nlicense: mit\n---\n",
    "model.safetensors": random.Random(1).randbytes(24_000_000),
    "pytorch_model.bin": b"not wanted",
    "onnx/model.onnx": b"not wanted",
    "modules.json": b"[]",
    "sentence_bert_config.json": b'{"max_seq_length": 256}',
    "config_sentence_transformers.json": b"{}",
    "sentence_transformers.txt": b"not wanted",
    "2_Dense/config.json": b"{}",
    "2_Dense/model.safetensors": b"a module's weights",
    "2_Dense/pytorch_model.bin": b"not wanted",
}


def run(url: str, out: Path, *options: str, stderr: int = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": url, "HF_HUB_DOWNLOAD_TIMEOUT": "5", "HF_HOME": str(out / ".home"), **environment}
    command = [sys.executable, "-m", "bundle", "fetch", "some/ranker", "--out", str(out), *options]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=120, check=False)


def test_the_files_that_compile_reads_are_fetched_and_recorded(tmp_path: Path) -> None:
    with Hub("some/ranker", FILES) as hub:
        done = run(hub.url, tmp_path)
        assert done.returncode == 0, done.stderr
        assert COMMIT in done.stdout
        record = json.loads((tmp_path / "fetched.json").read_text())
        assert (record["id"], record["revision"]) == ("some/ranker", COMMIT)
        of_module = {"modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "2_Dense/config.json", "2_Dense/model.safetensors"}
        assert set(record["files"]) == {"config.json", "tokenizer.json", "README.md", "model.safetensors"} | of_module
        assert (tmp_path / "2_Dense" / "model.safetensors").read_bytes() == FILES["2_Dense/model.safetensors"]
        assert record["files"]["model.safetensors"] == {"bytes": 24_000_000, "sha256": sha256(FILES["model.safetensors"])}
        assert run(hub.url, tmp_path, "--revision", COMMIT).returncode == 0
        assert [name for name, _ in hub.ranges].count("model.safetensors") == 1  # it is there already


def test_a_broken_connection_is_resumed(tmp_path: Path) -> None:
    with Hub("some/ranker", FILES, breaks=1) as hub:
        done = run(hub.url, tmp_path)
        assert done.returncode == 0, done.stderr
        starts = [start for name, start in hub.ranges if name == "model.safetensors"]
    assert len(starts) == 2 and starts[1] > 0, starts
    assert (tmp_path / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_a_terminal_shows_progress(tmp_path: Path) -> None:
    ours, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))  # a bar has no room in the none that a new one has
    with Hub("some/ranker", FILES) as hub:
        run(hub.url, tmp_path, stderr=terminal)
    assert b"model.safetensors" in os.read(ours, 10_000)


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert_refused(run(f"http://127.0.0.1:{unused.getsockname()[1]}", tmp_path), "some/ranker cannot be fetched from http://127.0.0.1")
    assert_refused(run("http://127.0.0.1:1", tmp_path, HF_HUB_OFFLINE="1"), "some/ranker cannot be fetched from http://127.0.0.1:1: ")
    with Hub("some/ranker", FILES) as hub:
        assert_refused(run(hub.url, tmp_path, "--revision", "v9"), f"some/ranker has no revision v9 at {hub.url}")
    with Hub("other/ranker", FILES) as hub:
        assert_refused(run(hub.url, tmp_path), f"some/ranker is not at {hub.url}, or it needs a token")
    with Hub("some/ranker", FILES, failure=500) as hub:
        assert_refused(run(hub.url, tmp_path), f"cannot be fetched from {hub.url}: the hub replied 500 Internal Server Error")
    with Hub("some/ranker", {"config.json": b"{}"}) as hub:
        assert_refused(run(hub.url, tmp_path), "has no weights as safetensors")


def assert_refused(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_cross_encoder_of_modules_is_fetched_whole(tmp_path: Path) -> None:
    made = ettin(tmp_path / "made")
    files = {str(file.relative_to(made)): file.read_bytes() for file in made.rglob("*") if file.is_file()}
    with Hub("some/ranker", files) as hub:
        done = run(hub.url, tmp_path / "fetched")
    assert done.returncode == 0, done.stderr
    logits = []
    for name in ("made", "fetched"):
        compile(Request(tmp_path / name, tmp_path / f"{name}-bundle", Precision.FP32, "x", "MIT", 1, None, stock=False))
        scorer = Scorer(tmp_path / f"{name}-bundle")
        logits.append([scorer.logit(scorer.encode(*text)) for text in TEXTS])
    assert logits[0] == logits[1]


def test_a_decoder_is_fetched_with_what_says_its_prompt_and_compiled(tmp_path: Path) -> None:
    made = qwen3(tmp_path / "made")
    with_modules(made, {"": "base.modules.transformer.Transformer", "1_LogitScore": "cross_encoder.modules.logit_score.LogitScore"})
    (made / "1_LogitScore").mkdir()
    (made / "1_LogitScore" / "config.json").write_text('{"true_token_id": 70, "false_token_id": 80}')
    settings = {"prompts": {"query": "Find the answer"}, "default_prompt_name": "query"}
    (made / "config_sentence_transformers.json").write_text(json.dumps(settings))
    files = {str(file.relative_to(made)): file.read_bytes() for file in made.rglob("*") if file.is_file()}
    with Hub("some/ranker", files) as hub:
        done = run(hub.url, tmp_path / "checkpoint")
    assert done.returncode == 0, done.stderr
    for folder in (made, tmp_path / "checkpoint"):
        compile(Request(folder, tmp_path / f"bundle-{folder.name}", None, "x", "MIT", 1, None, stock=False))
    ours, theirs = (manifest.read(tmp_path / f"bundle-{name}") for name in ("checkpoint", "made"))
    assert ours["pair"]["instruction"] == "Find the answer"
    assert (ours["pair"], ours["golden"], ours["files"]) == (theirs["pair"], theirs["golden"], theirs["files"])
