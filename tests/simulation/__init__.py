"""A day played on virtual time: the real engine on real SQL, a seeded network, and platforms held in memory."""
