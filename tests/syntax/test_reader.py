"""YAML to nodes: texts with their places, read the same by both parsers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.diagnostics import Problems, render, snippet, width
from leadpolicy.policy.load import policy_files
from leadpolicy.source import Source, Span
from leadpolicy.syntax import reader
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence, what
from leadpolicy.syntax.reader import MOST_BYTES, read_source, read_yaml
from tests.conftest import POLICIES
from tests.policy.samples import RICH
from tests.strategies import NASTY_TEXTS, dump


def read(text: str) -> Node:
    problems = Problems()
    node = read_yaml(Source("text", text), problems)
    assert not problems, [render(problem) for problem in problems]
    assert node is not None
    return node


def scalar(text: str) -> Scalar:
    node = read(f"value: {text}\n")
    assert isinstance(node, Mapping)
    value = node.get("value")
    assert isinstance(value, Scalar)
    return value


# -------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "text",
    ["NO", "yes", "0123", "1e3", "12:30", "2026-02-30", "1_000", "0x1F", "0o17", ".inf", "<<", "="],
)
def test_nothing_is_guessed(text: str) -> None:
    value = scalar(text)
    assert (value.text, value.quoted, value.empty) == (text, False, False)
    assert scalar(f"'{text}'").text == scalar(f'"{text}"').text == text
    assert scalar(f"'{text}'").quoted


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_nothing_unless_it_is_quoted(text: str) -> None:
    assert scalar(text).empty
    assert not scalar(f"'{text}'").empty


@given(st.one_of(st.sampled_from(NASTY_TEXTS), st.text(max_size=20)))
def test_every_text_comes_back(text: str) -> None:
    node = read(dump({"value": text, text: [text]}))
    assert isinstance(node, Mapping)
    value, listed = node.get("value"), node.get(text)
    if text == "value":
        return
    assert isinstance(value, Scalar)
    assert value.text == text
    assert isinstance(listed, Sequence)
    assert [item.text for item in listed if isinstance(item, Scalar)] == [text]


def test_blocks_of_text() -> None:
    node = read("folded: >-\n  one\n  two\nkept: |\n  one\n  two\n")
    assert isinstance(node, Mapping)
    assert [v.text for _, v in node.entries if isinstance(v, Scalar)] == ["one two", "one\ntwo\n"]


def test_keys_keep_their_order() -> None:
    node = read("b: 1\na: 2\nc: 3\n")
    assert isinstance(node, Mapping)
    assert node.keys() == ["b", "a", "c"]
    assert node.get("z") is None
    assert node.key("z") is None


# ------------------------------------------------------------------------------------- places


def spans(node: Node) -> list[Span]:
    match node:
        case Scalar():
            return [node.span]
        case Sequence():
            return [node.span, *(span for item in node for span in spans(item))]
        case Mapping():
            inside = [span for key, value in node.entries for span in (key.span, *spans(value))]
            return [node.span, *inside]


def test_a_node_knows_the_text_it_was_read_from() -> None:
    text = "title: Größe\nlist:\n  - 'a b'  # remark\n  - {x: 1,\n     y: [2, 3]}\nlast: end\n"
    node = read(text)
    assert isinstance(node, Mapping)
    assert [span.text for span in spans(node)] == [
        text.rstrip("\n"),
        *("title", "Größe", "list"),
        "- 'a b'  # remark\n  - {x: 1,\n     y: [2, 3]}",
        *("'a b'", "{x: 1,\n     y: [2, 3]}", "x", "1", "y", "[2, 3]", "2", "3", "last", "end"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_and_columns_count_from_one(end: str) -> None:
    node = read(end.join(["# first", "a: 1", "b:", "  日本: x", ""]))
    assert isinstance(node, Mapping)
    inner = node.get("b")
    assert isinstance(inner, Mapping)
    ((key, value),) = inner.entries
    assert (key.span.line, key.span.column) == (4, 3)
    assert (value.span.line, value.span.column, value.span.text) == (4, 7, "x")
    assert str(value.span) == "text:4:7"


def test_underlining_counts_columns_of_the_terminal() -> None:
    node = read("日本: 'é'\nx: e\u0301e\n")
    assert isinstance(node, Mapping)
    first, second = (value.span for _, value in node.entries)
    assert snippet(first) == ["    1 | 日本: 'é'", "      |       ^^^"]
    assert snippet(second) == ["    2 | x: e\u0301e", "      |    ^^"]
    assert (width("日本"), width("e\u0301"), width("")) == (4, 1, 0)


def test_a_long_line_is_cut_around_the_place() -> None:
    source = Source("text", "x" * 300 + "HERE" + "y" * 300)
    shown, marks = snippet(Span(source, 300, 304))
    assert len(shown) < 160
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "HERE"


def test_a_place_of_several_lines_shows_its_first() -> None:
    source = Source("text", "first: [\n  1,\n  2]\n")
    assert snippet(Span(source, 7, 18)) == ["    1 | first: [", "      |        ^"]


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    source = Source("text", "a: \x1b[31mred\n")
    assert snippet(Span(source, 3, 5)) == ["    1 | a: \ufffd[31mred", "      |    ^^"]


# -------------------------------------------------------------------------------------- files


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    source = read_source(file, Problems())
    assert source is not None
    assert source.text == "a: 1\n"


def refusal(path: Path) -> tuple[str, str]:
    problems = Problems()
    assert read_source(path, problems, "the file") is None
    (found,) = problems
    return found.code, found.message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.yaml") == ("LP101", "there is no such file")
    assert refusal(tmp_path) == ("LP101", "this is a folder, not a file")
    assert refusal(tmp_path / "none" / "none.yaml") == ("LP101", "there is no such file")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("a: 1\nb: ö".encode("latin-1"))
    assert refusal(latin) == ("LP101", "the file is not UTF-8 text")
    wide = tmp_path / "wide.yaml"
    wide.write_bytes("a: 1\n".encode("utf-16"))
    assert refusal(wide) == ("LP101", "the file is not UTF-8 text")


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    started = time.process_time()
    assert refusal(file) == ("LP106", "the file has 50 MB")
    assert time.process_time() - started < 0.2


def test_a_long_text_is_refused() -> None:
    problems = Problems()
    assert read_yaml(Source("text", "# " + "x" * MOST_BYTES), problems) is None
    assert [d.code for d in problems] == ["LP106"]


# ------------------------------------------------------------------------------ hostile texts

LEVELS: Final = 10


def test_an_alias_bomb_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, LEVELS)]
    problems = Problems()
    started = time.process_time()
    assert read_yaml(Source("bomb", "\n".join(lines)), problems) is None
    assert time.process_time() - started < 0.2
    assert {d.code for d in problems} == {"LP104"}


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 50_000])
def test_depth_does_not_exhaust_anything(text: str) -> None:
    problems = Problems()
    assert read_yaml(Source("deep", text), problems) is None
    assert [d.code for d in problems] == ["LP106"]


@given(st.text(alphabet="ab:{}[]-?,#&*!|>'\"%@` \n\t01", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    problems = Problems()
    source = Source("any", text)
    node = read_yaml(source, problems)
    assert (node is None) <= bool(problems.errors)
    for found in problems:
        assert found.span is None or 0 <= found.span.start < found.span.end <= max(1, len(text))
        assert render(found)
    if node is not None:
        for span in spans(node):
            assert 0 <= span.start <= span.end <= len(text)
            assert span.source is source


@given(st.text(max_size=30))
def test_any_unicode_is_read_or_refused(text: str) -> None:
    problems = Problems()
    node = read_yaml(Source("any", text), problems)
    assert (node is None) <= bool(problems.errors)
    assert all(render(found) for found in problems)


# ---------------------------------------------------------------------------- the two parsers


def both(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Node | None, Node | None]:
    """What libyaml and what PyYAML's own parser make of a text."""
    fast = read_yaml(Source("text", text), Problems())
    monkeypatch.setattr(reader, "_LOADER", yaml.SafeLoader)
    return fast, read_yaml(Source("text", text), Problems())


def test_libyaml_is_used_where_it_is_installed() -> None:
    assert reader._LOADER is getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@pytest.mark.parametrize("file", policy_files(POLICIES), ids=lambda file: f"{file.parent.name}")
def test_both_read_the_seed_policies_alike(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow = both(file.read_text(encoding="utf-8"), monkeypatch)
    assert fast is not None
    assert slow is not None
    assert fast == slow
    assert [span.text for span in spans(fast)] == [span.text for span in spans(slow)]


def test_both_read_every_form_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow = both(dump(dict(RICH)), monkeypatch)
    assert fast == slow


def test_what_a_node_is_called() -> None:
    assert what(scalar("x")) == "the value `x`"
    assert what(scalar("~")) == "nothing"
    assert what(read("[1]")) == "a list"
    assert what(read("a: 1")) == "a group of `key: value` pairs"
