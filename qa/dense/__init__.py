"""Vector indexes: nearest passages by inner product."""
