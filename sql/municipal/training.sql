-- All trainings. Edit for another vendor; keep the columns.
SELECT
    id,
    project_code,
    person_id,
    training_date,
    training_duration,
    training_name,
    training_type_code,
    is_pass,
    training_score,
    updated_at
FROM training;
