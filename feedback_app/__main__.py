"""`python -m feedback_app` and the command `feedback`."""

from __future__ import annotations

from feedback_app.cli import run as main

if __name__ == "__main__":
    main()
