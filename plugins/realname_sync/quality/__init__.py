"""What is wrong with a day's data: the rules as data, what they find, and the report on it."""
