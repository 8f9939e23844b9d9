-- Replace every keyed hash by another one; how many rows were written.
SELECT ops.replace_hashes(cast(:former AS bytea[]), cast(:present AS bytea[]));
