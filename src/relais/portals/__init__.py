"""The doors: one folder a public. A view is a gate, a fetch, a form, one call, a page."""
