-- The pairs loaded for :platform; the secrets as ciphertext.
SELECT
    project_code,
    appid,
    secret_cipher
FROM ops.platform_credential
WHERE platform = :platform;
