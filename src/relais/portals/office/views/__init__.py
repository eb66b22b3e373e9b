"""The pages of the office: a gate, a fetch, a form, one call, a page."""
