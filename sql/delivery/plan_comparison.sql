-- For the rest of the transaction, whether rows may be looked up one by one, and then what a look-up costs: not as much as a disk's, for what is
-- looked up was just read. Where whole projects are read none is, though keys of two columns make the planner expect few. Reads and writes nothing.
SELECT
    set_config('enable_nestloop', :one_by_one, TRUE) AS one_by_one,
    set_config('random_page_cost', '1.1', TRUE) AS random_page_cost;
