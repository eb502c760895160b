"""What is served besides the page: the HTTP API, MCP, metrics, and who may do what."""

from __future__ import annotations
