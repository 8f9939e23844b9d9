"""The benchmarks: synthetic days, each stage beside its reference in the same run, and a table of what came of it."""
