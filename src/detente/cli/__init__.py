"""The command line. Every command imports what it needs when it runs, so that --help is fast."""

from detente.cli.app import main

__all__ = ["main"]
