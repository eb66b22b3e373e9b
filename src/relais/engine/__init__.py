"""Pure computation: no Django, no clock, no I/O beyond files given by name.

Everything here can be installed and tested with Python, NumPy, SciPy and HiGHS alone. A function
that needs to know the time is told; a function that draws at random is given a seed.
"""
