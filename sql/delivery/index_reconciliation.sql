-- So that each project's rows are found together.
CREATE INDEX platform_row_of_project ON platform_row (project_no);
