-- Keep a statement that is to be made after a lamp, before it is sent. Writes quality.rectification.
INSERT INTO quality.rectification (case_id, lamp_id, state, data_cipher, data_sha256, attachments, stated_at)
VALUES (:case_id, :lamp_id, 'planned', :data_cipher, :data_sha256, :attachments, :now)
RETURNING rectification_id;
