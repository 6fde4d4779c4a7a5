"""The sentences of errors in the language of the page, and how `pybabel extract` finds them in the rooms.

Rooms write their sentences in Bahasa Indonesia and know no translations. A sentence with numbers in it, such as
"paling banyak 4000 huruf", stands in the catalogue with `%s` in their place.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from babel.messages.extract import extract_python
from flask_babel import gettext

_NUMBER: Final = re.compile(r"\d+")
_NOT_FOR_PEOPLE: Final = frozenset(
    {"ConfigurationError", "ReaderBrokenError", "KeyError", "RuntimeError", "TypeError", "ValueError"}
)
_TABLES: Final = re.compile(r"SENTENCES|OVERLAPS")
_SETTINGS: Final = "SECURITY_MSG_"

Message = tuple[int, str, str, list[str]]


def translated(sentence: object) -> str:
    """Return a sentence in the language of the page; unchanged where the catalogue does not hold it."""
    words = str(sentence)
    found: str = gettext(words) if words else ""
    if found != words or not _NUMBER.search(words):
        return found
    pattern = _pattern(words)
    known: str = gettext(pattern)
    return words if known == pattern else known % tuple(_NUMBER.findall(words))


def extract_messages(
    fileobj: IO[bytes], keywords: dict[str, Any], comment_tags: list[str], options: Any
) -> Iterator[tuple[Any, ...]]:
    """Yield what Babel finds in a Python file, and the sentences of its errors (named in `babel.cfg`)."""
    source = fileobj.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, options)
    for node in ast.walk(ast.parse(source)):
        yield from _sentences(node)


def _sentences(node: ast.AST) -> Iterator[Message]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name.endswith("Error") and name not in _NOT_FOR_PEOPLE and node.args:
            yield from _message(node.args[0])
        elif name == "problem" and len(node.args) > 2:
            yield from _message(node.args[2])
    elif isinstance(node, ast.Assign | ast.AnnAssign) and _TABLES.search(_name_of(node)):
        for value in getattr(node.value, "values", ()):
            yield from _message(value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and str(key.value).startswith(_SETTINGS) and isinstance(value, ast.Tuple):
                yield from _message(value.elts[0])


def _name_of(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def _message(node: ast.AST) -> Iterator[Message]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, "gettext", node.value, []
    elif isinstance(node, ast.JoinedStr):
        parts = [_pattern(str(part.value)) if isinstance(part, ast.Constant) else "%s" for part in node.values]
        yield node.lineno, "gettext", "".join(parts), []


def _pattern(words: str) -> str:
    return _NUMBER.sub("%s", words.replace("%", "%%"))
