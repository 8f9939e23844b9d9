-- Have the planner know what is in one table of a layer.
SELECT ops.refresh_table_statistics(:layer, :table_name);
