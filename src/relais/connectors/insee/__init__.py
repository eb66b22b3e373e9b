"""The communes of France, from the official geographic code and open positions of town halls."""
