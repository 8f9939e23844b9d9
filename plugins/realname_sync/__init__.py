"""A warehouse that keeps a city's construction-worker real-name data in step with the province and the nation."""

__version__ = "0.1.0"
