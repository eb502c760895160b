"""`qa serve`: the web page."""

from __future__ import annotations

import argparse

from qa.commands.shared import OK, AddCommand, add_corpus


def add(command: AddCommand) -> None:
    """Add the command."""
    served = command("serve", serve, "serve the web page")
    add_corpus(served)
    served.add_argument(
        "--host", default="127.0.0.1", help="address; default: 127.0.0.1, this machine only"
    )
    served.add_argument("--port", type=int, help="port; default: 7860, or the next free one")


def serve(options: argparse.Namespace) -> int:
    """Serve the page."""
    from qa.settings import Settings
    from qa.web.server import serve

    serve(
        corpus=options.corpus,
        index=options.index,
        settings=Settings.load(options.settings),
        host=options.host,
        port=options.port,
    )
    return OK
