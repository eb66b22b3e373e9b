"""The volunteers: who they are, from where they come, what they do, what they wish.

Offers of weeks and missions live higher up, in `rota`.
"""
