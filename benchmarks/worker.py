"""Ranks requests with another library, for `./snapranker bench --peers`.

    python worker.py --list
    python worker.py PEER FOLDER REQUESTS

--list prints the peers whose packages are installed. FOLDER has checkpoint/ and stock/, as docs/benchmarks.md says; what a peer
needs in another form is made there once, in converted/. REQUESTS has one native request on each line.

For each line on the standard input, which is a request's number from 0, the worker ranks that request and prints a line of
JSON: "scores" in the order of the candidates, and "cpu_ns", the processor time of this process so far. Its first line says
"ready". It ends with its input.
"""

import argparse
import importlib.util
import json
import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

THREADS = os.cpu_count() or 1
WINDOW = 512  # tokens
BATCH = 32
MOST_CALIBRATION_PAIRS = 300
TOKENS = {"cls_token": "[CLS]", "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]"}

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "TQDM_DISABLE": "1"}

Rank = Callable[[str, list[str]], Any]  # query and texts to scores


class Folder:
    def __init__(self, folder: Path, requests: Path) -> None:
        self.checkpoint = folder / "checkpoint"
        self.stock = folder / "stock"
        self.converted = folder / "converted"
        self.requests = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines() if line.strip()]

    def made(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder of a converted model, which is made in one step if it is not there."""
        folder = self.converted / name
        if not folder.is_dir():
            part = self.converted / f".{name}.{os.getpid()}"
            part.mkdir(parents=True)
            make(part)
            part.rename(folder)
        return folder

    def copy_with_stock(self, to: Path, model: str) -> None:
        """Copies the checkpoint, the stock export under this name, and files that some libraries require of a tokenizer."""
        shutil.copytree(self.checkpoint, to, dirs_exist_ok=True)
        (to / model).parent.mkdir(exist_ok=True)
        shutil.copyfile(self.stock / "model.onnx", to / model)
        for name, content in (("special_tokens_map.json", TOKENS), ("tokenizer_config.json", TOKENS | {"model_max_length": WINDOW})):
            if not (to / name).exists():
                (to / name).write_text(json.dumps(content), encoding="utf-8")

    def pairs(self) -> list[tuple[str, str]]:
        """Query and text of candidates of all requests."""
        pairs = [(request["query"], text) for request in self.requests for text in texts_of(request)]
        step = max(1, len(pairs) // MOST_CALIBRATION_PAIRS)
        return pairs[::step]


def texts_of(request: dict[str, Any]) -> list[str]:
    return [candidate if isinstance(candidate, str) else candidate["text"] for candidate in request["candidates"]]


def _by_length(texts: list[str], score: Callable[[list[str]], list[float]]) -> list[float]:
    """Scores texts in batches of about one length, as sentence-transformers does, so that there is little padding."""
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    scores = [0.0] * len(texts)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        for place, value in zip(places, score([texts[i] for i in places]), strict=True):
            scores[place] = value
    return scores


def _sentence_transformers(folder: Folder, backend: str, model: Path, **arguments: Any) -> Rank:
    import torch
    from sentence_transformers import CrossEncoder

    torch.set_num_threads(THREADS)
    encoder = CrossEncoder(str(model), backend=backend, device="cpu", max_length=WINDOW, local_files_only=True, **arguments)

    def rank(query: str, texts: list[str]) -> Any:
        pairs = [(query, text) for text in texts]
        return encoder.predict(pairs, batch_size=BATCH, activation_fn=torch.nn.Identity(), show_progress_bar=False)

    return rank


def torch_fp32(folder: Folder) -> Rank:
    return _sentence_transformers(folder, "torch", folder.checkpoint)


def onnx_int8(folder: Folder) -> Rank:
    def make(to: Path) -> None:
        folder.copy_with_stock(to, "onnx/model.onnx")

    return _sentence_transformers(folder, "onnx", folder.made("onnx", make), model_kwargs={"file_name": "onnx/model.onnx"})


def openvino_int8(folder: Folder) -> Rank:
    """Activations in int8 as well, calibrated on the requests' own pairs, which favours this peer."""

    def make(to: Path) -> None:
        import nncf
        from optimum.intel import OVModelForSequenceClassification
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder.checkpoint)
        model = OVModelForSequenceClassification.from_pretrained(folder.checkpoint, export=True, compile=False)

        def inputs(pair: tuple[str, str]) -> dict[str, Any]:
            return dict(tokenizer(*pair, truncation=True, max_length=WINDOW, return_tensors="np"))

        model.model = nncf.quantize(
            model.model, nncf.Dataset(folder.pairs(), inputs), model_type=nncf.ModelType.TRANSFORMER, subset_size=MOST_CALIBRATION_PAIRS
        )
        model.save_pretrained(to)
        tokenizer.save_pretrained(to)

    model = folder.made("openvino-int8", make)
    return _sentence_transformers(folder, "openvino", model, model_kwargs={"file_name": "openvino_model.xml"})


def flashrank(folder: Folder) -> Rank:
    from flashrank import Ranker, RerankRequest

    name, file = "ms-marco-MiniLM-L-12-v2", "flashrank-MiniLM-L-12-v2_Q.onnx"  # a name that it knows, with this model's files

    def make(to: Path) -> None:
        folder.copy_with_stock(to / name, file)

    ranker = Ranker(model_name=name, cache_dir=str(folder.made("flashrank", make)), max_length=WINDOW)

    def rank(query: str, texts: list[str]) -> list[float]:
        found = ranker.rerank(RerankRequest(query=query, passages=[{"id": i, "text": text} for i, text in enumerate(texts)]))
        return [float(each["score"]) for each in sorted(found, key=lambda each: each["id"])]

    return rank


def fastembed(folder: Folder) -> Rank:
    from fastembed.common.model_description import ModelSource
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    def make(to: Path) -> None:
        folder.copy_with_stock(to, "model.onnx")

    model = folder.made("fastembed", make)
    TextCrossEncoder.add_custom_model(model="peer", sources=ModelSource(hf="peer/peer"), model_file="model.onnx")
    encoder = TextCrossEncoder("peer", threads=THREADS, specific_model_path=str(model))
    return lambda query, texts: list(encoder.rerank(query, texts))


def ctranslate2_int8(folder: Folder) -> Rank:
    import ctranslate2
    import numpy as np
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    def make(to: Path) -> None:
        converter = ctranslate2.converters.TransformersConverter(str(folder.checkpoint))
        converter.convert(str(to / "model"), quantization="int8")

    encoder = ctranslate2.Encoder(str(folder.made("ctranslate2-int8", make) / "model"), intra_threads=THREADS)
    tokenizer = AutoTokenizer.from_pretrained(folder.checkpoint)
    model = AutoModelForSequenceClassification.from_pretrained(folder.checkpoint).eval()
    pooler, classifier = model.bert.pooler, model.classifier

    def rank(query: str, texts: list[str]) -> list[float]:
        def score(part: list[str]) -> list[float]:
            encoded = tokenizer([query] * len(part), part, truncation="only_second", max_length=WINDOW)
            found = encoder.forward_batch(encoded["input_ids"], token_type_ids=encoded["token_type_ids"])
            states = torch.from_numpy(np.array(found.last_hidden_state))
            with torch.no_grad():
                return classifier(pooler(states))[:, 0].tolist()

        return _by_length(texts, score)

    return rank


def llama_cpp_q8(folder: Folder) -> Rank:
    """
    One pair at a time, which is its fastest way here. Its own tokenizer reads no pairs, so it gets the checkpoint's token ids.
    It has no segment ids, and its converter leaves out BERT's pooler: the time counts, the scores are another model's.
    """
    import llama_cpp
    from tokenizers import Tokenizer

    file = folder.converted / "llama.cpp" / "model-q8_0.gguf"
    if not file.is_file():
        raise SystemExit(f"{file} is missing; expected what llama.cpp's convert_hf_to_gguf.py makes with --outtype q8_0")
    model = llama_cpp.Llama(
        str(file), embedding=True, pooling_type=llama_cpp.LLAMA_POOLING_TYPE_RANK, n_ctx=WINDOW, n_batch=WINDOW, n_ubatch=WINDOW,
        n_threads=THREADS, n_threads_batch=THREADS, verbose=False,
    )  # fmt: skip
    tokenizer = Tokenizer.from_file(str(folder.checkpoint / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(WINDOW, strategy="only_second")
    batch = llama_cpp.llama_batch_init(WINDOW, 0, 1)

    def score(ids: list[int]) -> float:
        batch.n_tokens = len(ids)
        for position, token in enumerate(ids):
            batch.token[position], batch.pos[position], batch.logits[position] = token, position, True
            batch.n_seq_id[position], batch.seq_id[position][0] = 1, 0
        if llama_cpp.llama_encode(model.ctx, batch) != 0:
            raise RuntimeError("llama.cpp could not encode a pair")
        return llama_cpp.llama_get_embeddings_seq(model.ctx, 0)[0]

    return lambda query, texts: [score(pair.ids) for pair in tokenizer.encode_batch([(query, text) for text in texts])]


PEERS: dict[str, tuple[str, Callable[[Folder], Rank]]] = {
    "sentence-transformers, torch fp32": ("sentence_transformers", torch_fp32),
    "sentence-transformers, ONNX int8": ("optimum.onnxruntime", onnx_int8),
    "sentence-transformers, OpenVINO int8": ("optimum.intel", openvino_int8),
    "CTranslate2 int8": ("ctranslate2", ctranslate2_int8),
    "llama.cpp, Q8_0": ("llama_cpp", llama_cpp_q8),
    "fastembed, stock export": ("fastembed", fastembed),
    "FlashRank, stock export": ("flashrank", flashrank),
}
"""For each peer: the module that it needs, and how it is opened."""


def is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def cpu_nanos() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round((used.ru_utime + used.ru_stime) * 1e9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("peer", nargs="?", choices=PEERS)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("requests", nargs="?", type=Path)
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(name for name, (module, _) in PEERS.items() if is_installed(module)))
        return
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not get between the replies
    folder = Folder(arguments.folder, arguments.requests)
    rank = PEERS[arguments.peer][1](folder)
    print("ready", file=replies, flush=True)
    for line in sys.stdin:
        request = folder.requests[int(line)]
        scores = [float(score) for score in rank(request["query"], texts_of(request))]
        print(json.dumps({"scores": scores, "cpu_ns": cpu_nanos()}), file=replies, flush=True)


if __name__ == "__main__":
    main()
