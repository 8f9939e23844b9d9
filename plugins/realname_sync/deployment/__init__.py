"""What a server needs around the library: the file of settings and secrets, databases with logins, migrations."""
