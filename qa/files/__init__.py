"""The files of the corpus: added, fetched, looked through, moved, deleted."""
