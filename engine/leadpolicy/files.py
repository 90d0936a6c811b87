"""Files: the whole new one or the old one untouched, and one writer at a time.

Everything that the project writes goes through here. While a file `x` is written, `.x.part` stands
beside it and `.x.lock` keeps others waiting. Whoever is killed lets go of the lock, and the next
who writes the same file takes over what was left: nothing has to be cleaned up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from leadpolicy.carried import is_carried
from leadpolicy.diagnostics import LeadpolicyError

PATIENCE: Final = 60.0
"""Seconds to wait for another process that writes the same file."""
_LOOK: Final = 0.01
_STREAMS: Final = ("/dev/std", "/dev/fd/", "/proc/")
"""Names of files that are open already: what is meant is the stream, even if it leads to a file."""
_held: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())
_unfinished: set[Path] = set()
_promised: list[Path] = []
"""What the command that runs has yet to write; what is written may be read back."""
_KINDS: Final = frozenset(
    ".csv .gz .htm .html .ipynb .json .jsonl .lock .ndjson .parquet .pdf .png .pq .py .svg .toml "
    ".tsv .txt .xlsx .yaml .yml .zip".split()
)
"""Endings that say what a file is: nothing else is written under them."""


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> Path:
    """Writes a file in one step, text as UTF-8; folders above it are made.

    A file that is there keeps its mode, a new one follows the umask; a `private` one is its owner's
    alone. Links are followed; a device or pipe is written to. Raises `LeadpolicyError`.
    """
    data = content if isinstance(content, bytes) else content.encode()
    if _stream(path):
        with _told(path), path.open("ab", buffering=0) as stream:
            _put(stream.fileno(), data)
        return path
    with writing(path, private=private) as part:
        descriptor = os.open(part, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        try:
            _put(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return path


@contextlib.contextmanager
def writing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """An empty file beside `path`, to be filled; it takes that place once all went well.

    For what libraries write by name; like `write_whole`, but devices and pipes are refused. Raises
    `LeadpolicyError` for every `OSError` of the block.
    """
    with _told(path), alone(path):
        target = _target(path)
        part = target.with_name(f".{target.name}.part")
        part.unlink(missing_ok=True)
        _unfinished.add(part)
        try:
            _begin(part, target, private=private)
            yield part
            part.replace(target)
            _promised[:] = [other for other in _promised if not _same(target, other)]
        finally:
            part.unlink(missing_ok=True)
            _unfinished.discard(part)


@contextlib.contextmanager
def folder_inside(folder: Path) -> Iterator[Path]:
    """An empty folder within `folder` for several files that are not whole yet.

    It goes at the end, and `folder` with it where it was made for this and stayed empty. Raises
    `LeadpolicyError` for every `OSError` of the block.
    """
    new = not folder.exists()
    part = folder / ".part"
    try:
        with _told(folder), alone(part):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            _unfinished.add(part)
            try:
                yield part
            finally:
                shutil.rmtree(part, ignore_errors=True)
                _unfinished.discard(part)
    finally:
        if new:
            with contextlib.suppress(OSError):  # unless something stands in it
                folder.rmdir()


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds a file's lock, so that reading, changing and writing it again are one step.

    Who holds it may write the file. Raises `LeadpolicyError` where another process does not let go
    of it, or where there can be none.
    """
    target = Path(os.path.realpath(path))
    if is_carried(target):
        raise LeadpolicyError.of(
            "LP510",
            "this belongs to the installed package, into which nothing is written",
            where=str(path),
            help="`leadpolicy demo --copy .` gives you files of your own, which are found first",
        )
    if target in _held.get():
        yield
        return
    lock = target.with_name(f".{target.name}.lock")
    with _told(path):
        if not path.is_symlink():  # what a link leads to is not made up
            lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(lock)
    _unfinished.add(lock)
    before = _held.set(_held.get() | {target})
    try:
        yield
    finally:
        _held.reset(before)
        with contextlib.suppress(OSError):  # on Windows it goes when it is closed
            lock.unlink()
        os.close(descriptor)
        _unfinished.discard(lock)


def promise(path: Path, endings: Sequence[str] = ()) -> None:
    """Notes that a command will write a file, so that `opened` keeps it from reading the same one.

    `endings` are those of what is written; names that say nothing of their kind fit, too. Raises
    `LeadpolicyError` for the name of another kind of file, and for one that is promised already.
    """
    if _stream(path):
        return
    for name in (path, Path(os.path.realpath(path))):
        ending = name.suffix.casefold()
        if endings and ending in _KINDS and ending not in endings:
            raise LeadpolicyError.of(
                "LP506", f"a file that ends in {ending} is not what is written here",
                where=str(path), expected=f"a name that ends in {' or '.join(endings)}",
            )  # fmt: skip
    if any(_same(path, other) for other in _promised):
        raise LeadpolicyError.of(
            "LP506", "this file is named twice: one result would replace the other",
            where=str(path), help="give each result a file of its own",
        )  # fmt: skip
    _promised.append(path)


def forget_promises() -> None:
    """For the end of a command."""
    _promised.clear()


def opened(path: Path) -> None:
    """Said by whoever reads a file: it is not to be replaced by what is made of it.

    Raises `LeadpolicyError` where the command that runs would write it.
    """
    for promised in _promised:
        if _same(path, promised):
            raise LeadpolicyError.of(
                "LP506", "this is what the command reads, and it would be replaced",
                where=str(promised), help="name another file for what is written",
            )  # fmt: skip


def give_up() -> None:
    """Removes what is not whole yet, for a process that stops at once."""
    for path in list(_unfinished):
        with contextlib.suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def strange(path: Path) -> str | None:
    """What stands at a path that is neither a plain file nor nothing: reading it might not end.

    Raises `OSError` where that cannot be told.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISREG(mode):
        return None
    return "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"


# ---------------------------------------------------------------------------------- locks


def _lock(lock: Path) -> int:
    """A descriptor that holds the lock, as soon as nobody else does."""
    end = time.monotonic() + PATIENCE
    while (held := _try_lock(lock)) is None:
        if time.monotonic() > end:
            raise TimeoutError(None, f"another process has been at it for {PATIENCE:.0f} seconds")
        time.sleep(_LOOK)
    return held


if sys.platform == "win32":

    def _try_lock(lock: Path) -> int | None:
        """The file itself is the lock: Windows removes it with the last process that has it."""
        try:
            return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_TEMPORARY)
        except FileExistsError:
            return None
        except PermissionError:
            if lock.exists() or os.access(lock.parent, os.W_OK):  # it is just being removed
                return None
            raise

else:
    import fcntl

    def _try_lock(lock: Path) -> int | None:
        """A lock on a file; the system lets go of it when the process ends, however it ends."""
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who had it before has removed it: then this is a lock on a file without a name.
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None


# ---------------------------------------------------------------------------------- targets


def _same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file, by links or otherwise."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False


def _stream(path: Path) -> bool:
    """Whether a path is no file that could be replaced, but something that takes what is said."""
    if os.path.abspath(path).startswith(_STREAMS):  # noqa: PTH100 - links stay as they are
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _target(path: Path) -> Path:
    """The file that a path leads to. Raises `OSError` where none can be put there."""
    target = Path(os.path.realpath(path))
    if what := strange(target):
        raise OSError(None, f"this is {what}")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(None, "it is protected against writing")
    return target


def _begin(part: Path, target: Path, *, private: bool) -> None:
    """Makes the empty part with the mode and the owner that the file is to have."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    os.close(os.open(part, flags, 0o600 if private else 0o666))
    if private or not target.exists():
        return
    old = target.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only root may give files away
            os.chown(part, old.st_uid, old.st_gid)
    part.chmod(stat.S_IMODE(old.st_mode))


def _put(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the system as a diagnostic about `path`."""
    try:
        yield
    except OSError as error:
        raise LeadpolicyError.of(
            "LP510", f"the file cannot be written: {error.strerror or error}", where=str(path)
        ) from None
