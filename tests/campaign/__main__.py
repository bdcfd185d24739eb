"""The fault campaign as a command: `python -m tests.campaign --calls 300 --kills 60 --database postgres`."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.campaign.plan import Plan
from tests.campaign.run import hold
from tests.postgres import a_server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--at-once", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=300, help="seconds after the last call")
    options = parser.parse_args()
    plan = Plan(options.calls, options.kills, options.database, options.seed, options.at_once, options.patience)
    with tempfile.TemporaryDirectory(prefix="screener-campaign-") as name:
        folder = Path(name)
        if plan.database == "postgres":
            with a_server() as server:
                found = hold(plan, folder, server.format(database="postgres"))
        else:
            found = hold(plan, folder, f"sqlite:///{folder / 'screener.db'}")
        print("\n".join(found.lines()))
        if found.trouble:
            print((folder / "server.log").read_text("utf-8", "replace")[-4000:], file=sys.stderr)
            sys.exit(1)


if __name__ == "__main__":
    main()
