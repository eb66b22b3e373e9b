"""The patient portal: who is the doctor this week, when can I come; no account."""
