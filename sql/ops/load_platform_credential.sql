-- Keep the pair of one project, in place of an earlier one. Writes ops.platform_credential.
INSERT INTO ops.platform_credential (platform, project_code, appid, secret_cipher, loaded_at)
VALUES (:platform, :project_code, :appid, :secret_cipher, :loaded_at)
ON CONFLICT (platform, project_code) DO UPDATE
    SET appid = excluded.appid, secret_cipher = excluded.secret_cipher, loaded_at = excluded.loaded_at;
