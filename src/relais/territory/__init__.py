"""Places: the communes of France, later their indicators and the diagnosis."""
