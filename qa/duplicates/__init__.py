"""Near-copies among articles: wire copy trimmed, given a new lead, lightly edited."""
