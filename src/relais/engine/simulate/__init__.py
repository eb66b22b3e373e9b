"""Years of the relay played many times: what cancellations and illness do to a plan.

`rates` are the assumptions, `policies` the ways to react, `year` plays one year under one of them,
`risk` announces what the product would announce, `runs` plays all years and counts, `report` and
`picture` tell it. docs/engine/simulate.md tells the model.
"""
