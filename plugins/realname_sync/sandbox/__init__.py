"""A city to practise on: invented people and projects, a municipal database and three strict platforms."""
