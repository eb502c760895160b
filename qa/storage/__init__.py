"""What an index holds: the rows of the store, and the generations that searches see."""
