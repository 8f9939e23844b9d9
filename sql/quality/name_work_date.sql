-- Tell views that can only be named, as quality.shape_punch, which date is meant until this transaction ends. Writes nothing.
SELECT set_config('realname.work_date', cast(cast(:work_date AS date) AS text), true);
