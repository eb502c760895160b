"""Text: its words, stems, languages, dates and figures; no articles and no archive."""
