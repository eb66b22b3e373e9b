"""Views of the account portal."""
