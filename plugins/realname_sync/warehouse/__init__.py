"""The one warehouse: PostgreSQL, reached through SQLAlchemy, with bulk rows by COPY and statements from `sql/`."""
