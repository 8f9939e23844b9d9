"""The platforms this system talks to."""
