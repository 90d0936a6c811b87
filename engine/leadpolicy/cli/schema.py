"""`leadpolicy schema`: JSON Schemas, so that editors help while one types."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.characters import json_text
from leadpolicy.cli.options import JSON, PoliciesFolder, writes
from leadpolicy.files import write_whole
from leadpolicy.policy.load import POLICIES, VOCABULARY, policies_at_hand
from leadpolicy.vocabulary import load_vocabulary


class SchemaKind(StrEnum):
    """The kinds of files that have a schema."""

    POLICY = "policy"
    CARDS = "cards"
    VOCABULARY = "vocabulary"
    STUDY = "study"


def schema(
    kind: Annotated[
        SchemaKind, typer.Option("--kind", help="The kind of file that the schema is for.")
    ] = SchemaKind.POLICY,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Write it to this file.", metavar="FILE", callback=writes(*JSON)
        ),
    ] = None,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Write a JSON Schema with which editors complete facts, operators, values and events.

    It is made from the operators and from the vocabulary in the policies' folder. Editors with the
    YAML language server use it for a file that begins with
    `# yaml-language-server: $schema=policy.schema.json` (the path is relative to the file).
    """
    from leadpolicy.governance.schema import SCHEMAS

    vocabulary = load_vocabulary(policies_at_hand(folder) / VOCABULARY)
    if kind is SchemaKind.STUDY:
        from leadpolicy.backtest.schema import study_schema

        made = study_schema(vocabulary)
    else:
        made = SCHEMAS[kind](vocabulary)
    text = json_text(made) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    write_whole(out, text)
    typer.echo(f"{out}: the schema for {kind} files", err=True)
