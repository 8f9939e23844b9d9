-- How many other sessions of this system are connected.
SELECT ops.other_sessions();
