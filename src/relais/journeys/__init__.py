"""What one click sets off across modules, told in order, in one transaction."""
