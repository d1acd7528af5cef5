"""Finds words in the source that would be shown without passing through gettext."""

import ast
from collections.abc import Iterator
from pathlib import Path

TRANSLATED = {"_", "N_", "i18n._", "ngettext", "gettext"}
SHOWN = {"title", "placeholder", "alt", "aria_label", "label", "description", "content", "text"}
# Calls whose words are for programs.
TECHNICAL = {
    "logger", "log", "re", "handler", "Path", "HTTPException", "TypeError", "ValueError",
    "NotStatic", "BuildChanged", "Refused", "environ", "RuntimeError", "getattr", "setattr",
    "isinstance", "rx.Var",
    "rx.asset", "rx.el.meta", "Var", "ImportVar", "metrics", "money", "Image", "normalize",
}  # fmt: skip


def untranslated(path: Path) -> list[str]:
    return [f"{path.name}:{line}: {words!r}" for line, words in _shown(ast.parse(path.read_text()))]


def _shown(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for call in ast.walk(tree):
        if isinstance(call, ast.JoinedStr):
            # The collector of messages cannot look into an f-string.
            yield from _hidden_messages(call)
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        if name in TRANSLATED or name.partition(".")[0] in TECHNICAL or name in TECHNICAL:
            continue
        # Text methods work on words that were translated before: "{a}".format, " ".join.
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant):
            continue
        is_element = name.startswith("rx.el.") or name == "rx.fragment"
        for argument in call.args:
            yield from _words(argument, strict=is_element)
        for keyword in call.keywords:
            if keyword.arg in SHOWN:
                yield from _words(keyword.value, strict=False)


def _hidden_messages(text: ast.JoinedStr) -> Iterator[tuple[int, str]]:
    for node in ast.walk(text):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in TRANSLATED:
            yield node.lineno, ast.unparse(node)


def _words(node: ast.AST, *, strict: bool) -> Iterator[tuple[int, str]]:
    """In an element every letter is shown; elsewhere a sentence or a capital gives it away."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = node.value
        is_word = any(letter.isalpha() for letter in found)
        if is_word and (strict or " " in found.strip() or found[:1].isupper()):
            yield node.lineno, found
    elif isinstance(node, ast.JoinedStr) and strict:
        for part in node.values:
            yield from _words(part, strict=True)
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body, strict=strict)
        yield from _words(node.orelse, strict=strict)
