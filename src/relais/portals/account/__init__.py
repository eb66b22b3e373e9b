"""The account portal: signing in, second factor, sessions, own account."""
