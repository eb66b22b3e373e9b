"""How the program starts: settings, addresses, commands."""
