"""What each peer runs, by an interpreter of its own that has the peer and nothing of this repository's packages."""
