-- Take a tenth of the usual sample of the typed rows: how many projects and dates there are shows in three thousand rows as well, and of a day
-- of 100 000 the usual sample takes a twentieth of the merge. Writes the catalogue of the temporary table typed_attendance.
ALTER TABLE typed_attendance
ALTER work_date SET STATISTICS 10,
ALTER project_code SET STATISTICS 10,
ALTER id SET STATISTICS 10;
