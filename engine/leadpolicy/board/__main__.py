"""`python -m leadpolicy.board`."""

from leadpolicy.board.serve import main

raise SystemExit(main())
