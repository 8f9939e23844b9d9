"""The open.api protocol, once; how a platform speaks it is its profile."""
