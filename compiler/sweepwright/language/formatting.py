"""Format: a file in canonical form, which means the same, with every comment.

Keys stand in the order of the language, indented by two blanks; a list or mapping that was written
on one line stays on one while it fits; text is in quotes only where it must be; blank lines and the
columns of comments beside values are the author's. Scalars keep their text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sweepwright.language.comments import Id, body, comments_of
from sweepwright.language.lines import Offsets, lines
from sweepwright.language.nodes import JobText, Key, Node
from sweepwright.language.suggest import keys_at
from sweepwright.language.text import loads
from sweepwright.language.validate import Patch

WIDTH = 100
_INDENT = 2
#: text that every reader of YAML takes for text, also without quotes
_PLAIN = re.compile(
    r"(?:[^\W\d]|\$|\.{0,2}/)[\w$./+@%()*=~#-]*(?: [\w$./+@%()*=~-][\w$./+@%()*=~#-]*)*|\d+-\d+"
)
_NOT_TEXT = frozenset("true false yes no on off y n null default nan inf".split())
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_MACRO_KEYS = ["macro", "doc", "caveat", "parameters", "set"]

Path = tuple[Key, ...]
Order = Callable[[Path], Sequence[str]]


def order_of_job(path: Path) -> Sequence[str]:
    """The keys at a path of a job in the order of the language."""
    return keys_at(path)


def order_of_macro(path: Path) -> Sequence[str]:
    """The keys at a path of a macro's file."""
    if not path:
        return _MACRO_KEYS
    return keys_at(path[1:]) if path[0] == "set" else ()


def formatted(text: JobText, order: Order = order_of_job) -> str:
    """The canonical form of a file. Its nodes may have been changed since it was loaded.

    Raises RuntimeError, which is a bug, rather than give a text that means something else.
    """
    result = _Writer(text, order).document()
    again, _ = loads(result, text.name)
    if again is None or not same(again.root, text.root):
        raise RuntimeError(f"the canonical form of {text.name} would mean something else")
    return result.replace("\n", "\r\n") if "\r\n" in text.source else result


def expanded(patch: Patch, root: Node, sweeps: Mapping[int, Sequence[Mapping[str, str]]]) -> Node:
    """The nodes of a job with its sweeps written out.

    ``sweeps`` has for the number of a sweep the sweeps that it stands for, each as the keys that it
    has otherwise. A sweep in short form becomes a mapping.
    """
    written = patch.text.root.find(("sweeps",))
    items: list[Node] = []
    for number, item in enumerate(root.find(("sweeps",)).items()):
        plain = item if item.kind == "mapping" else written.items()[number]
        items += [_with(plain, changes) for changes in sweeps.get(number, ({},))]

    def value(key: Node, node: Node) -> Node:
        return node._replace(value=tuple(items)) if key.value == "sweeps" else node

    return root._replace(value=tuple((key, value(key, node)) for key, node in root.pairs()))


def _with(sweep: Node, changes: Mapping[str, str]) -> Node:
    """A sweep with other words for these keys."""
    here = sweep.find(("images",)).span
    pairs = {str(key.value): (key, node) for key, node in sweep.pairs()}
    for word, text in changes.items():
        key, node = pairs.get(word, (Node(here, word, "scalar"), Node(here, "", "scalar")))
        pairs[word] = key, node._replace(value=text, kind="scalar", quoted=True)
    return sweep._replace(value=tuple(pairs.values()))


def same(one: Node, other: Node) -> bool:
    """Whether two nodes say the same; the order of keys does not count."""
    return _meaning(one) == _meaning(other)


def _meaning(node: Node) -> object:
    if node.kind == "mapping":
        return {str(key.value): _meaning(value) for key, value in node.pairs()}
    if node.kind == "sequence":
        return [_meaning(item) for item in node.items()]
    return node.value, node.quoted and node.value == "default"


class _Entry(NamedTuple):
    id: Id
    head: str  # the key with its colon, or the dash
    value: Node
    path: Path


class _Inline(NamedTuple):
    """A value that follows its key: further lines, and at which of all a comment stands."""

    lines: list[str]
    comment_at: int = 0


class _Writer:
    def __init__(self, text: JobText, order: Order) -> None:
        self._source, self._root, self._order = text.source, text.root, order
        self._offsets = Offsets(text.source)
        self._comments = comments_of(text)
        self._anchors: dict[str, int] = {}  # those written, with the place of their node

    def document(self) -> str:
        header, entries = self._comments.header, self._block(self._root, 0, ())
        if entries[:1] == [""] and header[-1:] in ([], [""]):
            del entries[0]
        written = [*header, *entries, *self._comments.rest()]
        text = "\n".join(line.rstrip() for line in written).strip("\n")
        return f"{text}\n"

    # --- entries, each on lines of its own

    def _block(self, node: Node, indent: int, path: Path) -> list[str]:
        found: list[str] = []
        for entry in self._entries(node, path):
            written = self._entry(entry, indent)
            if not found and indent:
                while not written[0]:
                    written = written[1:]
            found += written
        foot = self._comments.take_foot(("foot", self._begin(node)))
        return found + [" " * indent + line if line else "" for line in foot]

    def _entries(self, node: Node, path: Path) -> Iterator[_Entry]:
        if node.kind == "sequence":
            for number, item in enumerate(node.items()):
                yield _Entry(("item", self._start(item)), "-", item, (*path, number))
            return
        for key, value in self._sorted(node, path):
            yield _Entry(("key", self._start(key)), f"{self._key(key)}:", value, _down(path, key))

    def _sorted(self, node: Node, path: Path) -> list[tuple[Node, Node]]:
        known = {word: number for number, word in enumerate(self._order(path))}

        def place(pair: tuple[Node, Node]) -> int:
            word = str(pair[0].value).lstrip("+-").partition("[")[0]
            return known.get(word, len(known))

        return sorted(node.pairs(), key=place)

    def _entry(self, entry: _Entry, indent: int) -> list[str]:
        notes, pad = self._comments.take(entry.id), " " * indent
        above, beside = list(notes.above), list(notes.beside)
        inline = self._inline(entry.value, entry.path, indent, len(entry.head))
        if inline is not None:
            first, *more = inline.lines
            made = [f"{pad}{entry.head} {first}".rstrip(), *more]
            at: int | None = inline.comment_at
        else:
            anchor = self._anchor(entry.value)
            nested = self._block(entry.value, indent + _INDENT, entry.path)
            at = None if entry.head == "-" else 0
            if entry.head == "-" and not anchor:
                while not nested[0] or nested[0].lstrip().startswith("#"):
                    above.append(nested.pop(0).strip())
                made = [f"{pad}- {nested[0].lstrip()}", *nested[1:]]
            else:
                made = [f"{pad}{entry.head} {anchor}".rstrip(), *nested]
        kept = beside[-1:] if at is not None else []
        above += [text for _, text in beside[: len(beside) - len(kept)]]
        if kept and at is not None:
            column, text = kept[0]
            gap = column - 1 - len(made[at]) if column < WIDTH else 0
            made[at] += " " * max(2, gap) + text
        return [*(pad + line if line else "" for line in above), *made]

    # --- values on the line of their key

    def _inline(self, node: Node, path: Path, indent: int, head: int) -> _Inline | None:
        """The value after its key or dash; None if it takes lines of its own."""
        if node.kind == "scalar" or self._is_alias(node):
            block = self._block_scalar(node, indent)
            return block or _Inline([self._flow(node, path)])
        if not node.value:
            return _Inline([self._flow(node, path)])
        if self._source[self._begin(node)] not in "{[" or self._has_comments(node):
            return None
        before = dict(self._anchors)
        text = self._flow(node, path)
        if indent + head + 1 + len(text) <= WIDTH:
            return _Inline([text])
        self._anchors = before
        if node.kind == "sequence" and all(item.kind == "scalar" for item in node.items()):
            return self._filled(node, path, indent, head)
        return None

    def _has_comments(self, node: Node) -> bool:
        if self._comments.feet.get(("foot", self._begin(node))):
            return True
        ids = [("key", self._start(key)) for key, _ in node.pairs()]
        ids += [("item", self._start(item)) for item in node.items()]
        inner = (*(value for _, value in node.pairs()), *node.items())
        return any(map(self._comments.speak_of, ids)) or any(map(self._has_comments, inner))

    def _filled(self, node: Node, path: Path, indent: int, head: int) -> _Inline:
        """A list of words over several lines."""
        anchor = self._anchor(node)
        line, done = f"{anchor} [".lstrip(), []
        left, pad = WIDTH - indent - head - 1, " " * (indent + _INDENT)
        items = [self._flow(item, (*path, number)) for number, item in enumerate(node.items())]
        for number, item in enumerate(items):
            piece = item + ("," if number < len(items) - 1 else "]")
            blank = "" if line.endswith("[") or line == pad else " "
            if len(line) + len(blank) + len(piece) > left and line.strip("[ "):
                done.append(line)
                line, blank, left = pad, "", WIDTH
            line += blank + piece
        return _Inline([*done, line], len(done))

    def _flow(self, node: Node, path: Path) -> str:
        """A value on one line."""
        if self._is_alias(node):
            return f"*{self._name(node)}"
        anchor = self._anchor(node)
        if node.kind == "scalar":
            text = _scalar(node)
        elif node.kind == "sequence":
            items = enumerate(node.items())
            text = f"[{', '.join(self._item(item, (*path, number)) for number, item in items)}]"
        else:
            text = f"{{{self._pairs(node, path)}}}"
        return f"{anchor} {text}".lstrip()

    def _item(self, node: Node, path: Path) -> str:
        """An item of a list on one line: a single pair needs no braces, and keeps having none."""
        begin = self._begin(node)
        if node.kind == "mapping" and len(node.pairs()) == 1 and self._source[begin] != "{":
            return self._pairs(node, path)
        return self._flow(node, path)

    def _pairs(self, node: Node, path: Path) -> str:
        pairs = self._sorted(node, path)
        return ", ".join(f"{self._key(k)}: {self._flow(v, _down(path, k))}" for k, v in pairs)

    def _key(self, key: Node) -> str:
        return _scalar(key)

    def _block_scalar(self, node: Node, indent: int) -> _Inline | None:
        """Text under ``|`` or ``>`` as it was, indented anew; None if it is not written so."""
        start, end = self._offsets.of(node.span)
        begin = body(self._source, start)
        header = re.compile(r"[|>][-+]?(?=\s)").match(self._source, begin)
        if header is None or not node.quoted:
            return None
        _, *found = lines(self._source[begin:end].rstrip())
        margin = min(
            (len(line) - len(line.lstrip(" ")) for line in found if line.strip()), default=0
        )
        pad = " " * (indent + _INDENT)
        made = [header[0], *(pad + line[margin:] if line.strip() else "" for line in found)]
        again, _ = loads("\n".join(["x: " + made[0], *made[1:]]) + "\n", "")
        if again is None or again.root.data() != {"x": node.value}:
            return None
        return _Inline([f"{self._anchor(node)} {made[0]}".lstrip(), *made[1:]])

    # --- anchors: the first node of a place has it, the others refer to it

    def _name(self, node: Node) -> str:
        match = re.compile(r"&([A-Za-z0-9_-]+)").match(self._source, self._start(node))
        return match[1] if match else ""

    def _is_alias(self, node: Node) -> bool:
        name = self._name(node)
        return bool(name) and self._anchors.get(name) == self._start(node)

    def _anchor(self, node: Node) -> str:
        name = self._name(node)
        if not name or name in self._anchors:
            return ""
        self._anchors[name] = self._start(node)
        return f"&{name}"

    def _start(self, node: Node) -> int:
        return self._offsets.of(node.span)[0]

    def _begin(self, node: Node) -> int:
        return body(self._source, self._start(node))


def _down(path: Path, key: Node) -> Path:
    """The path of a value; ``sweeps[*]`` of a macro is a sweep."""
    word = str(key.value).lstrip("+-")
    name, bracket, _ = word.partition("[")
    return (*path, name, 0) if bracket else (*path, word)


def _scalar(node: Node) -> str:
    """A word or text on one line."""
    text = str(node.value)
    if not node.quoted and text and text.isprintable():
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    if not text.isprintable():
        return '"' + "".join(_escaped(letter) for letter in text) + '"'
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )
