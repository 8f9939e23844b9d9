"""The joint test: every method of a platform walked through against a test endpoint, and a report to sign."""
