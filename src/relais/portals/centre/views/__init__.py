"""The pages of a centre, by subject."""
