-- Drop every row of :work_date; how many there were, by table.
SELECT ops.drop_work_date(:work_date, :now, :basis) AS dropped;
