"""People who sign in: users, roles, named rights.

Who may see which centre is told higher up (network, rota).
"""
