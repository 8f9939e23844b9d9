"""Backfills: days gone by, made up on purpose; what one would do, how far it has come, and its record."""
