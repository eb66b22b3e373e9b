"""The pages of a doctor, by subject."""
