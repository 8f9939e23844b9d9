-- Let the planner of the database know how many workers made what is plannable: of a whole day it then joins, of a sweep it looks up.
ANALYZE plannable (project_code, person_id);
