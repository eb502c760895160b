"""What a question says: operators, wordings, names, dates, and what is asked for."""
