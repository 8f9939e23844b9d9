-- Every keyed hash with a ciphertext of the value it was made of.
SELECT
    hash,
    cipher
FROM ops.hashed_ciphers();
