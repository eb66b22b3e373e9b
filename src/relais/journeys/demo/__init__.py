"""The demonstration: a fictional network played through the same services as the real one."""
