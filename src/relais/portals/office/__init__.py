"""The office portal: the board, doctors, centres, plans, imports."""
