"""Planning the weekly relay: one immutable problem, one verb, one result that explains itself."""
