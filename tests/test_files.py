"""The one door for writes: whole or not at all, modes kept, links followed, devices left."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.files import alone, folder_inside, write_whole, writing

POSIX: Final = pytest.mark.skipif(os.name != "posix", reason="modes and pipes are those of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path) -> str:
    with pytest.raises(LeadpolicyError) as caught:
        write_whole(path, "new")
    (found,) = caught.value.diagnostics
    assert (found.code, found.where) == ("LP510", str(path))
    return found.message.removeprefix("the file cannot be written: ")


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    write_whole(target, "old")
    assert write_whole(target, "new\n") == target
    assert target.read_bytes() == b"new\n"
    assert names(target.parent) == ["file"]


def test_what_goes_wrong_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old", encoding="utf-8")

    def fails() -> None:
        with writing(target) as part:
            part.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["file"]


@POSIX
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old", encoding="utf-8")
    code = (
        "import resource, sys; from pathlib import Path; from leadpolicy.files import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_whole(Path(sys.argv[1]), 'x' * 5000)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, target], capture_output=True, text=True, check=False
    )
    assert "the file cannot be written: File too large" in ran.stderr
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["file"]


@POSIX
@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("before", "private", "after"),
    [
        (None, False, 0o640),
        (None, True, 0o600),
        (0o644, False, 0o644),
        (0o664, False, 0o664),
        (0o600, False, 0o600),
        (0o644, True, 0o600),
    ],
)
def test_modes(tmp_path: Path, before: int | None, private: bool, after: int) -> None:
    target = tmp_path / "file"
    if before is not None:
        target.touch()
        target.chmod(before)
    write_whole(target, "new", private=private)
    assert mode(target) == after


@POSIX
def test_a_private_file_is_private_from_the_first_moment(tmp_path: Path) -> None:
    with writing(tmp_path / "key", private=True) as part:
        assert mode(part) == 0o600


@POSIX
def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link", tmp_path / "there" / "file"
    link.symlink_to(target)
    for text in ("made", "replaced"):
        write_whole(link, text)
        assert link.is_symlink()
        assert target.read_text(encoding="utf-8") == text
    link.unlink()
    link.symlink_to(link)
    assert refusal(link) == "Too many levels of symbolic links"


@POSIX
def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, "said")
    reader.join(10)
    assert read == [b"said"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with pytest.raises(LeadpolicyError, match="a device, a pipe or a socket"), writing(pipe):
        pass
    assert names(tmp_path) == ["pipe"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may make devices"
)
def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    null = tmp_path / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    write_whole(null, "gone")
    assert stat.S_ISCHR(null.stat().st_mode)
    with pytest.raises(LeadpolicyError, match="a device, a pipe or a socket"), writing(null):
        pass
    assert names(tmp_path) == ["null"]


@POSIX
def test_a_stream_by_its_name_is_the_stream(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = (
        "from pathlib import Path; from leadpolicy.files import write_whole\n"
        "write_whole(Path('/dev/stdout'), 'one\\n'); print('two')"
    )
    with out.open("ab") as stream:
        subprocess.run([sys.executable, "-c", code], stdout=stream, check=True)
    assert out.read_text(encoding="utf-8") == "one\ntwo\n"


def test_places_that_are_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old", encoding="utf-8")
    assert refusal(tmp_path / "folder") == "this is a folder"
    assert refusal(tmp_path / "file" / "x") in {"Not a directory", "File exists"}
    assert names(tmp_path) == ["file", "folder"]


@POSIX
def test_what_is_protected_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For root nothing is protected, so that the answer of the system is given here."""
    target = tmp_path / "file"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refusal(target) == "it is protected against writing"
    assert target.read_text(encoding="utf-8") == "old"


@POSIX
@pytest.mark.parametrize("what", ["writing(Path(sys.argv[1]) / 'file')",
                                  "folder_inside(Path(sys.argv[1]))"])  # fmt: skip
def test_who_is_killed_leaves_nothing_that_lasts(tmp_path: Path, what: str) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from leadpolicy.files import folder_inside, writing\n"
        f"with {what} as part:\n"
        "    (part / 'x' if part.is_dir() else part).write_text('half')\n"
        "    print('ready', flush=True); time.sleep(60)"
    )
    ran = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True
    )
    with ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "ready\n"
        ran.send_signal(signal.SIGKILL)
    assert any(name.startswith(".") for name in names(tmp_path))
    if "folder" in what:
        with folder_inside(tmp_path) as part:
            assert names(part) == []
    else:
        write_whole(tmp_path / "file", "new")
    assert [name for name in names(tmp_path) if name.startswith(".")] == []


def test_who_holds_a_file_may_write_it(tmp_path: Path) -> None:
    target = tmp_path / "file"
    with alone(target), alone(target):
        write_whole(target, "one")
        write_whole(target, target.read_text(encoding="utf-8") + " two")
    assert target.read_text(encoding="utf-8") == "one two"
    assert names(tmp_path) == ["file"]


def test_who_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadpolicy.files.PATIENCE", 0.05)
    target = tmp_path / "file"
    told: list[str] = []
    with alone(target):
        other = threading.Thread(target=lambda: told.append(refusal(target)))
        other.start()
        other.join(10)
    assert told == ["another process has been at it for 0 seconds"]
    assert names(tmp_path) == []
