"""Downloads a revision of a checkpoint from a hub with Hugging Face's protocol (HF_ENDPOINT), and records its checksums."""

import fnmatch
import json
import re
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

from bundle import manifest
from bundle.checkpoint import FETCHED
from bundle.errors import BundleError

WANTED = ("config.json", "*.safetensors", "*.safetensors.index.json", "tokenizer*", "special_tokens_map.json", "vocab.*",
          "merges.txt", "*.model", "README.md", "modules.json", "chat_template*", "config_sentence_transformers.json")  # fmt: skip
"""The files to download. Weights are in one format only; other formats are in folders or have other names."""
OF_MODULE = re.compile(r"\d+_\w+/(config\.json|model\.safetensors)")
"""The files of a sentence-transformers module, such as 2_Dense."""


def fetch(id: str, revision: str, out: Path) -> str:
    """
    Downloads the files that compile needs, writes fetched.json, and returns the revision's commit.

    huggingface_hub shows the progress, and continues a download that broke off.
    """
    try:
        info = HfApi().model_info(id, revision=revision, files_metadata=True)
        files = [file for file in info.siblings or [] if wanted(file.rfilename)]
        if not any(file.rfilename.endswith(".safetensors") for file in files):
            raise BundleError(f"{id} at {info.sha} has no weights as safetensors; expected another revision or model with safetensors")
        specs = {}
        for file in files:
            path = Path(hf_hub_download(id, file.rfilename, revision=info.sha, local_dir=out))
            specs[file.rfilename] = manifest.file_spec(path)
            if file.lfs and file.lfs.sha256 != specs[file.rfilename]["sha256"]:
                path.unlink()
                raise BundleError(
                    f"{path} had sha256 {specs[file.rfilename]['sha256']}; expected {file.lfs.sha256} by the hub. It was deleted; "
                    "run fetch again"
                )
    except RevisionNotFoundError as e:
        raise BundleError(f"{id} has no revision {revision} at {constants.ENDPOINT}") from e
    except (RepositoryNotFoundError, EntryNotFoundError) as e:
        raise BundleError(f"{id} is not at {constants.ENDPOINT}, or it needs a token; check the name, or set HF_TOKEN") from e
    except HfHubHTTPError as e:
        status = f"{e.response.status_code} {e.response.reason_phrase}"
        raise BundleError(f"{id} cannot be fetched from {constants.ENDPOINT}: the hub replied {status}") from e
    except (httpx2.HTTPError, OSError) as e:
        raise BundleError(f"{id} cannot be fetched from {constants.ENDPOINT}: {str(e) or type(e).__name__}") from e
    record = {"id": id, "revision": info.sha, "files": specs}
    (out / FETCHED).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return info.sha


def wanted(name: str) -> bool:
    if "/" in name:
        return OF_MODULE.fullmatch(name) is not None
    return any(fnmatch.fnmatch(name, pattern) for pattern in WANTED)
