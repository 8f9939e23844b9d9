"""What each stage is held against: the barest thing that does the same work."""
