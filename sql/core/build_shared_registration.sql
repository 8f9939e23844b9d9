-- Bring the history of the registrations in step with raw: each version valid until the next, the highest now.
-- Reads raw.integrity_row; writes core.shared_registration. A function of raw alone, so running it again changes nothing.
INSERT INTO core.shared_registration (
    source_id, source_version, valid_from, valid_to, deleted,
    person_id, category, registration_no, level, specialties, employer_corp_code, issue_date, registered_until,
    status, safety_cert_class, safety_cert_no, safety_cert_valid_to, lock_project_code, lock_since
)
SELECT
    source_id,
    source_version,
    updated_at,
    lead(updated_at) OVER (PARTITION BY source_id ORDER BY source_version),
    deleted,
    core.as_text(payload ->> 'personId'),
    core.as_text(payload ->> 'category'),
    core.as_text(payload ->> 'registrationNo'),
    core.as_text(payload ->> 'level'),
    payload -> 'specialties',
    core.as_code(payload ->> 'employerCorpCode'),
    core.as_date(payload ->> 'issueDate'),
    core.as_date(payload ->> 'validTo'),
    core.as_code(payload ->> 'status'),
    core.as_text(payload ->> 'safetyCertClass'),
    core.as_text(payload ->> 'safetyCertNo'),
    core.as_date(payload ->> 'safetyCertValidTo'),
    core.as_text(payload ->> 'lockProjectCode'),
    core.as_date(payload ->> 'lockSince')
FROM raw.integrity_row
WHERE
    object = 'registration'
    AND source_id IN (
        SELECT fresh.source_id
        FROM raw.integrity_row AS fresh
        LEFT JOIN core.shared_registration AS built ON built.source_id = fresh.source_id AND built.source_version = fresh.source_version
        WHERE fresh.object = 'registration' AND built.source_id IS NULL
    )
ON CONFLICT (source_id, source_version) DO UPDATE
    SET valid_to = excluded.valid_to
    WHERE shared_registration.valid_to IS DISTINCT FROM excluded.valid_to;
