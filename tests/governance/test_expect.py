"""Examples that follow a new version."""

from __future__ import annotations

from pathlib import Path

from leadpolicy.governance.expect import failures, follow
from leadpolicy.governance.revise import write_version
from leadpolicy.policy import Policy, load_policy
from tests.board.small import EXAMPLES, write_world


def changed(root: Path, value: str) -> Policy:
    folder = write_world(root) / "policies" / "ours"
    return load_policy(write_version(load_policy(folder).with_parameters(min_employees=value)))


def test_a_version_that_reads_every_example_as_before_has_no_failures(tmp_path: Path) -> None:
    assert failures(changed(tmp_path, "25")) == ()


def test_only_what_fails_is_edited(tmp_path: Path) -> None:
    policy = changed(tmp_path, "50")
    assert [one.card.name for one in failures(policy)] == ["of-thirty"]
    path = follow(policy)
    assert failures(policy) == ()
    assert path.read_text(encoding="utf-8") == EXAMPLES.replace(
        "expect: lead   # by far", "expect: {1.0.0: lead, 1.1.0: none}   # by far"
    )


def test_earlier_versions_keep_what_they_expect(tmp_path: Path) -> None:
    policy = changed(tmp_path, "200")
    follow(policy)
    first = load_policy(Path(policy.path).with_name("1.0.0.yaml"))
    assert failures(first) == ()
    second = load_policy(write_version(first.with_parameters(min_employees="5"), "1.2.0"))
    assert [one.card.name for one in failures(second)] == ["of-five"]
    follow(second)
    assert failures(first) == failures(policy) == failures(second) == ()
