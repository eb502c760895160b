"""Answers and citations in the formats that other programs take. Pure functions but for `batch`."""

from __future__ import annotations
