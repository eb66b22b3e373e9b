"""The stay of a mission: lodging, car, keys, travel, welcome pack, and whether all is ready."""
