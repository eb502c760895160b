"""The web page: asking, reading and adding articles in a browser. The only importer of gradio."""

from __future__ import annotations
