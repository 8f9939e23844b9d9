-- For the rest of the transaction, join by hashing: its statements read a whole day, and keys of two columns make the planner expect few
-- rows and look each one up. Reads and writes nothing.
SET LOCAL enable_nestloop = off;
