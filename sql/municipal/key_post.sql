-- All key posts as filled on site. Edit for another vendor; keep the columns.
SELECT
    project_code,
    post_code,
    person_id,
    registration_category,
    registration_level,
    registration_no,
    start_date,
    end_date,
    updated_at
FROM key_post_filled;
