"""How the network says no."""

from __future__ import annotations


class Refusal(Exception):
    """The network says no, in one French sentence for the screen that says what is possible.

    Subclasses stand beside the function that raises them. A view answers 422 with the same piece.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
