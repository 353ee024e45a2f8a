"""How large the source is, in tokens: `python benchmarks/house.py [SOURCE_DIRECTORY]`.

A token is a name, number, string or operator. Comments, line ends, indentation and docstrings are
none; an f-string is one. A function's tokens are those from `def` to its end, nested functions
included.
"""

from __future__ import annotations

import ast
import sys
import token
import tokenize
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src" / "inferometer"
COUNTED = {token.NAME, token.NUMBER, token.STRING, token.OP}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MAX_COLUMNS = 100


def docstring_lines(tree: ast.AST) -> set[int]:
    """Lines on which a string begins that is a statement: docstrings, also those of fields."""
    return {
        each.lineno
        for each in ast.walk(tree)
        if isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Constant)
        and isinstance(each.value.value, str)
    }


def token_lines(path: Path, tree: ast.AST) -> list[int]:
    """The line of each token of a file."""
    docstrings = docstring_lines(tree)
    lines, depth = [], 0
    with path.open("rb") as file:
        for each in tokenize.tokenize(file.readline):
            name = token.tok_name[each.type]
            if name.endswith("STRING_END"):
                depth -= 1
            elif name.endswith("STRING_START"):
                lines += [each.start[0]] if depth == 0 else []
                depth += 1
            elif name == "STRING" and each.start[0] in docstrings:
                continue
            elif depth == 0 and each.type in COUNTED:
                lines.append(each.start[0])
    return lines


def function_tokens(
    tree: ast.AST, lines: list[int]
) -> Iterator[tuple[str, int]]:
    """Each function's name and number of tokens."""
    for each in ast.walk(tree):
        if isinstance(each, FUNCTIONS):
            end = each.end_lineno or each.lineno
            yield each.name, sum(each.lineno <= line <= end for line in lines)


def main() -> None:
    tokens = code_lines = wide = 0
    functions: list[tuple[int, str]] = []
    for path in sorted(
        Path(sys.argv[1] if len(sys.argv) > 1 else SRC).rglob("*.py")
    ):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        lines = token_lines(path, tree)
        tokens += len(lines)
        code_lines += len(set(lines))
        wide += sum(len(line) > MAX_COLUMNS for line in text.splitlines())
        functions += [
            (n, f"{path.name}:{name}")
            for name, n in function_tokens(tree, lines)
        ]
    functions.sort()
    p50, p90 = (
        functions[int(len(functions) * share)][0] for share in (0.5, 0.9)
    )
    print(f"Python tokens             {tokens:9,}")
    print(f"tokens a code line        {tokens / code_lines:9.2f}")
    print(f"functions                 {len(functions):9,}")
    print(f"tokens of one: p50        {p50:9}")
    print(f"tokens of one: p90        {p90:9}")
    print(f"tokens of the longest     {functions[-1][0]:9}  {functions[-1][1]}")
    print(f"lines over {MAX_COLUMNS} columns    {wide:9}")


if __name__ == "__main__":
    main()
