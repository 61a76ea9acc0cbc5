"""Who imports whom, and what is said in one place only."""

import ast
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent.parent


def imported(package: str) -> Iterator[tuple[str, str]]:
    """Each module of a package with each name that it imports, also within functions."""
    for file in sorted((HERE / package).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((file.name, f"{node.module}.{alias.name}") for alias in node.names)


def modules_that_import(package: str, name: str) -> set[str]:
    return {module for module, found in imported(package) if f"{found}.".startswith(f"{name}.")}


def test_bundle_needs_nothing_of_train_while_train_needs_bundle() -> None:
    assert modules_that_import("bundle", "train") == set()
    assert "score.py" in modules_that_import("train", "bundle")


def test_one_module_loads_models_by_transformers() -> None:
    # bert_apart.py changes transformers' BertModel; checkpoint.py converts a tokenizer; reference.py compares with transformers'.
    assert modules_that_import("bundle", "transformers") == {"transformers_model.py", "bert_apart.py", "checkpoint.py", "reference.py"}
    assert modules_that_import("train", "transformers") == set()
    sources = {file.name: file.read_text(encoding="utf-8") for file in (HERE / "bundle").glob("*.py")}
    assert {name for name, source in sources.items() if "AutoModel" in source} == {"transformers_model.py"}


def test_each_command_reports_errors_in_one_line() -> None:
    files = [*(HERE / "bundle").glob("*.py"), *(HERE / "train").glob("*.py")]
    defined = [(file.name, node) for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    mains = {name: {ast.unparse(decorator) for decorator in node.decorator_list} for name, node in defined if node.name == "main"}
    assert {name for name, decorators in mains.items() if "report_errors()" not in decorators} == set()


def test_fields_are_set_in_the_constructor_only() -> None:
    for file in [*(HERE / "bundle").glob("*.py"), *(HERE / "train").glob("*.py")]:
        for kind in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            methods = kind.body if isinstance(kind, ast.ClassDef) else []
            for method in methods:
                if isinstance(method, ast.FunctionDef) and method.name != "__init__":
                    assert fields_set(method) == set(), f"{file.name}: {kind.name}.{method.name}"


def fields_set(method: ast.FunctionDef) -> set[str]:
    targets = [node for node in ast.walk(method) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    return {target.attr for target in targets if isinstance(target.value, ast.Name) and target.value.id == "self"}
