-- Have the planner know what is in the tables of a layer that belong to :work_date.
SELECT ops.refresh_day_statistics(:layer, cast(:work_date AS date));
