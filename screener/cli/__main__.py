"""`python -m screener.cli` is the `screener` command."""

from screener.cli import main

main()
