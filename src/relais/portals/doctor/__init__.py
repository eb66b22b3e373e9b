"""The doctor portal: my missions, my weeks, my preferences."""
