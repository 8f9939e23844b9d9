"""Other tools at the same work: the same rows, the same server, the same receiver; `make peers`."""
