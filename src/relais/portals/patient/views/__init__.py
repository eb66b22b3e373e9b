"""Views of the patient portal."""
