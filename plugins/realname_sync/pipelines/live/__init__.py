"""What the web page reads of the warehouse at the moment it is asked: findings, projects, how today stands."""
