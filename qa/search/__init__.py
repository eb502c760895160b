"""From a question to ranked passages: filters, two arms, fusion, late interaction."""
