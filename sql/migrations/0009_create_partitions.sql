-- Partitions are made when a work date is first touched. Attaching instead of creating in place leaves readers of other days alone.
CREATE FUNCTION ops.ensure_work_date(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
    child text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('realname.ensure_work_date'));
    FOREACH parent IN ARRAY ARRAY[
        'core.punch', 'quality.finding', 'delivery.batch', 'delivery.batch_item', 'delivery.punch_batch', 'delivery.row_outcome', 'delivery.hold'
    ] LOOP
        child := parent || '_' || to_char(wanted, 'YYYYMMDD');
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
            EXECUTE format(
                'ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent, child, wanted, wanted + 1
            );
        END IF;
    END LOOP;
END
$$;
