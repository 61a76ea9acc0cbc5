"""
Reads a sentence-transformers cross-encoder of several modules: a transformers model, a pooling, and a head of small layers
in their own folders. This is the format of sentence-transformers 5.5 (huggingface/sentence-transformers,
sentence_transformers/base/modules and sentence_transformers/sentence_transformer/modules).
"""

from typing import Any

from bundle.activations import GELU, RELU, SILU, TANH
from bundle.checkpoint import CONFIG, MODULES, Checkpoint
from bundle.errors import BundleError
from bundle.json_files import object_of
from bundle.head import Dense, Head, Norm, Pooling

SCORES = "scores"
"""The name of the output of a cross-encoder's last module."""
NORM_EPSILON = 1e-5
"""torch's default, which the module LayerNorm uses."""
ACTIVATIONS = {
    "torch.nn.modules.activation.GELU": GELU,
    "torch.nn.modules.activation.ReLU": RELU,
    "torch.nn.modules.activation.SiLU": SILU,
    "torch.nn.modules.activation.Tanh": TANH,
    "torch.nn.modules.linear.Identity": None,
}
OLD_POOLINGS = {"pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean", "pooling_mode_max_tokens": "max"}
"""The fields of sentence-transformers before 5.4, one for each kind of pooling."""


def has_head(checkpoint: Checkpoint) -> bool:
    """Whether the modules turn the model's rows into scores. A sentence encoder's last module makes a vector."""
    modules = checkpoint.modules()
    return len(modules) > 1 and _config(checkpoint, modules[-1]).get("module_output_name") == SCORES


def are_decoders(checkpoint: Checkpoint) -> bool:
    """Whether the modules, if there are any, read a decoder's logits. A sentence encoder pools its rows."""
    return all(_kind(module) in ("Transformer", "LogitScore") for module in checkpoint.modules())


def logit_score(checkpoint: Checkpoint, tokens: int) -> list[int] | None:
    """
    The tokens that the module LogitScore compares, the relevant one last; None if there is no such module.

    tokens: the size of the vocabulary
    """
    module = next((module for module in checkpoint.modules() if _kind(module) == "LogitScore"), None)
    if module is None:
        return None
    config = _config(checkpoint, module)
    relevant, other = config.get("true_token_id"), config.get("false_token_id")
    answers = [relevant] if other is None else [other, relevant]
    if not all(isinstance(token, int) and not isinstance(token, bool) and 0 <= token < tokens for token in answers):
        raise BundleError(
            f"{checkpoint.folder / module['path'] / CONFIG} has the true_token_id {relevant!r} and the false_token_id {other!r}; "
            f"expected 0..{tokens - 1}, tokens of the model"
        )
    return answers


def head_of(checkpoint: Checkpoint) -> Head:
    model, pooling, *layers = checkpoint.modules()
    *steps, last = [_step(checkpoint, layer) for layer in layers] or [None]
    if (_kind(model), _kind(pooling)) != ("Transformer", "Pooling") or not isinstance(last, Dense) or last.activation:
        raise _refusal(checkpoint, f"the modules {', '.join(map(_kind, checkpoint.modules()))}")
    return Head(_pooling(checkpoint, _config(checkpoint, pooling)), tuple(steps), last.name)


def head_shapes(checkpoint: Checkpoint) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the head's tensors, from its configuration."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in checkpoint.modules()[2:]:
        config, name = _config(checkpoint, layer), _name(layer)
        if _kind(layer) == "LayerNorm":
            shapes |= dict.fromkeys((f"{name}.weight", f"{name}.bias"), (config.get("dimension"),))
        else:
            shapes[f"{name}.weight"] = config.get("out_features"), config.get("in_features")
            if config.get("bias", True):
                shapes[f"{name}.bias"] = (config.get("out_features"),)
    return shapes


def _step(checkpoint: Checkpoint, module: dict[str, Any]) -> Dense | Norm:
    config = _config(checkpoint, module)
    match _kind(module):
        case "LayerNorm":
            return Norm(_name(module), NORM_EPSILON)
        case "Dense":
            act = config.get("activation_function", "torch.nn.modules.activation.Tanh")
            if not isinstance(act, str) or act not in ACTIVATIONS or config.get("use_residual"):
                raise _refusal(checkpoint, f"{module['path']} with {act}{' and a residual' if config.get('use_residual') else ''}")
            return Dense(_name(module), ACTIVATIONS[act])
        case kind:
            raise _refusal(checkpoint, f"a module {kind}")


def _pooling(checkpoint: Checkpoint, config: dict[str, Any]) -> Pooling:
    old = [kind for field, kind in OLD_POOLINGS.items() if config.get(field)]
    kind = config.get("pooling_mode", old[0] if len(old) == 1 else old)
    if kind not in [known.value for known in Pooling]:
        raise _refusal(checkpoint, f"pooling {kind!r}")
    return Pooling(kind)


def _kind(module: dict[str, Any]) -> str:
    return module["type"].rpartition(".")[2]


def _name(module: dict[str, Any]) -> str:
    """The beginning of the names of a layer's tensors."""
    return f"{module['path']}.{'norm' if _kind(module) == 'LayerNorm' else 'linear'}"


def _config(checkpoint: Checkpoint, module: dict[str, Any]) -> dict[str, Any]:
    return object_of(checkpoint.folder / module["path"] / CONFIG)


def _refusal(checkpoint: Checkpoint, found: str) -> BundleError:
    return BundleError(
        f"{checkpoint.folder / MODULES} has {found}; expected Transformer, Pooling (cls or mean), and a head of Dense "
        f"({', '.join(name.rpartition('.')[2] for name in ACTIVATIONS)}) and LayerNorm that ends with a Dense without activation"
    )
