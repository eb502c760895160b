"""`qa eval`: measure retrieval, answers and refusals on a dataset, by the field's measures."""
