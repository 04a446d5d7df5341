-- One row per owner whose rows come from one of the run's days, which has them no more: an older day is their newest.
SELECT DISTINCT stored_rows.owner
FROM stored_rows
INNER JOIN run_days
    ON stored_rows.as_of_date = run_days.dt
WHERE
    NOT EXISTS (
        SELECT 1
        FROM captured_rows
        WHERE captured_rows.owner = stored_rows.owner AND captured_rows.dt = stored_rows.as_of_date
    )
ORDER BY stored_rows.owner
