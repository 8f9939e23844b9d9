-- How many punches the warehouse has for :work_date, withdrawn ones left out.
SELECT count(*) FROM core.punch WHERE work_date = :work_date AND withdrawn_at IS NULL;
