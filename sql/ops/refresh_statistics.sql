-- Analyse the tables of :layer after they were filled; of partitioned ones the partition of :work_date.
SELECT ops.refresh_statistics(:layer, cast(:work_date AS date));
