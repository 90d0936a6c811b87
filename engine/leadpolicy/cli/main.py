"""The command line as a process: its exit codes, its streams, and how it stops.

Exit codes: 0 fine, 1 findings (a policy that does not check, a card that fails), 2 misuse, input
that cannot be used or output that cannot be written, 130 interrupted. Data goes to standard output,
everything else to standard error. Little is imported up here, so that Ctrl-C finds its handler as
soon as the process runs.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn, cast

_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, errno.EROFS, getattr(errno, "EDQUOT", -1)})


def main() -> NoReturn:
    """Runs the command line and leaves with its exit code.

    A user's mistake ends in a message, never in a traceback.
    """
    _listen_for_interrupts()
    if sys.stderr is None:  # `2>&-`
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:  # `>&-`: what is opened next would be taken for it
        sys.stderr.write("error LP510: standard output is closed\n")
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a question mark instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(_run())


def _run() -> int:
    try:
        code = _called()
        sys.stdout.flush()
    except OSError as error:
        return _unusable(error)
    return code


def _called() -> int:
    from leadpolicy.diagnostics import LeadpolicyError

    try:
        from leadpolicy.cli.commands import app

        app(standalone_mode=True)
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):  # libraries leave by themselves
            raise left.__context__ from None
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except (LeadpolicyError, ImportError) as error:
        from leadpolicy.extras import explained
        from leadpolicy.present.problems import print_diagnostics

        known = explained(error) if isinstance(error, ImportError) else error
        if known is None:
            raise
        print_diagnostics(known.diagnostics)
        return 2
    return 0


def _unusable(error: OSError) -> int:
    """Tells of a file or stream that nobody closer to it has told of."""
    from leadpolicy.diagnostics import Diagnostic
    from leadpolicy.present.problems import print_diagnostics

    why = error.strerror or str(error)
    where = None if error.filename is None else str(error.filename)
    if where is None:
        told = Diagnostic("LP510", f"standard output cannot be written: {why}")
        # What is still to come would fail again when Python ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
    elif error.errno in _FULL:
        told = Diagnostic("LP510", f"the file cannot be written: {why}", where=where)
    else:
        told = Diagnostic("LP101", f"the file cannot be used: {why}", where=where)
    with suppress(OSError):
        print_diagnostics([told])
    return 2


# ---------------------------------------------------------------------------------- Ctrl-C


def _listen_for_interrupts() -> None:
    """Lets Ctrl-C end this process; who ignores or handles it already goes on to do so."""
    main_thread = threading.current_thread() is threading.main_thread()
    if main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)


def _stop(*_: object) -> None:
    """Ends at once, with all threads: engines do not survive an exception in their midst."""
    files = cast("Any", sys.modules.get("leadpolicy.files"))
    with suppress(Exception):
        files.give_up()
    clean = b"\r\x1b[K\x1b[?25h" if os.isatty(2) else b""  # a bar goes, the cursor comes back
    with suppress(OSError):
        os.write(2, clean + b"Interrupted.\n")
    os._exit(130)
