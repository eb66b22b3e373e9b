"""relais: the software of the solidarity-based weekly relay of general practitioners."""

__version__ = "0.1.0"
