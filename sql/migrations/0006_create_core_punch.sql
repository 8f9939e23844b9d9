-- Punches, one partition a work date. The row is what the municipal platform says now; the device's own time is never overwritten.
CREATE TABLE core.punch (
    work_date date NOT NULL,
    project_code text NOT NULL,
    punch_id text COLLATE "C" NOT NULL,
    person_id text NOT NULL,
    device_sn text,
    device_record_id text,
    punched_at timestamptz,
    received_at timestamptz NOT NULL,
    direction text,
    attend_type text,
    image_ref text,
    lng numeric,
    lat numeric,
    first_read_at timestamptz NOT NULL,
    changed_at timestamptz,
    withdrawn_at timestamptz,
    PRIMARY KEY (work_date, project_code, punch_id)
) PARTITION BY RANGE (work_date);
COMMENT ON COLUMN core.punch.work_date IS
'calendar date of punched_at in Asia/Shanghai; of received_at where punched_at cannot be (SHP-004, RST-005)';
COMMENT ON COLUMN core.punch.changed_at IS 'when a later read found other values than the first';
COMMENT ON COLUMN core.punch.withdrawn_at IS 'when a later read of the day no longer had the row';
