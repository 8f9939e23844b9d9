-- Have the planner know what the next statements join the typed rows by: it would take a date for one row in 200. Reads typed_attendance.
ANALYZE typed_attendance (work_date, project_code, id);
