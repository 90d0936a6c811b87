"""Reading a mapping needs no numpy and no pandas."""

from __future__ import annotations

import subprocess
import sys


def test_the_mapping_loads_nothing_heavy() -> None:
    script = (
        "import sys, leadpolicy.data, leadpolicy.data.mapping\n"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'openpyxl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_reading_csv_needs_no_pandas() -> None:
    script = "import sys, leadpolicy.data.dataset\nprint('pandas' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "False"
