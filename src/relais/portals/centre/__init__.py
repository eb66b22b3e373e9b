"""The centre portal: who comes in the next weeks, is next Monday ready."""
