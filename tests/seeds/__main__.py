"""``python -m tests.seeds`` writes ``docs/conformance.md``."""

from __future__ import annotations

import sys

from tests.seeds.page import PATH, page
from tests.seeds.table import FACTS, pending


def main() -> int:
    """Write the page; the exit code is 1 while rows have no test."""
    PATH.write_text(page(FACTS), "utf-8")
    missing = pending()
    sys.stdout.write(f"{PATH.name} has {len(FACTS)} facts; without a test: {len(missing)}\n")
    sys.stdout.writelines(f"  {row}\n" for row in missing)
    return int(bool(missing))


if __name__ == "__main__":
    raise SystemExit(main())
