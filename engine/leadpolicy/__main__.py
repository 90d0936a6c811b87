"""`python -m leadpolicy`."""

from leadpolicy.cli.main import main

main()
