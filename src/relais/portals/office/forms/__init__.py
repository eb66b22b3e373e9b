"""The forms of the office: they read and check what was typed; services change things."""
