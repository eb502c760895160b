"""Serve the web page: `python app.py [--index DIR] [--corpus DIR] [--host H] [--port P]`."""

from __future__ import annotations

import sys

from qa.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
