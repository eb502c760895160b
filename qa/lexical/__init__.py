"""Lexical indexes: BM25 over the terms of `qa.text.analysis`."""
