"""Replies: what is quoted, told of the records, or refused, put together for a question."""
