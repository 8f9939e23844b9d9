"""docker-compose.yml run for real: from nothing, on two workers, of which one is killed half-way through a day."""
