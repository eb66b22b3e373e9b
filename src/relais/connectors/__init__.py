"""One slice an outside system: talk to it, parse what it says, and test beside samples of it."""
