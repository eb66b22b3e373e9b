"""Where the relay happens: centres, their lines, the weeks they are closed, who coordinates them.

A line is one doctor's place in a centre, every open week. The plan works on centre-weeks; a mission
names its line.
"""
