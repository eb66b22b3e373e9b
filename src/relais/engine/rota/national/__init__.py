"""The planner at national size: prices, a first plan they guide, regions planned anew in turn."""
