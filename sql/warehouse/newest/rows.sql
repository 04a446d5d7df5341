-- One row per row of an owner, of the newest of a run's days that has the owner; none where a newer day is stored.
WITH run AS (
    SELECT *
    FROM captured_rows
    QUALIFY dt = max(dt) OVER (PARTITION BY owner)
),

outlived AS (
    SELECT stored_rows.owner
    FROM stored_rows
    INNER JOIN run
        ON stored_rows.owner = run.owner
    WHERE
        stored_rows.as_of_date > run.dt
        AND stored_rows.owner NOT IN (SELECT without_rows.owner FROM without_rows)
)

SELECT *
FROM run
WHERE owner NOT IN (SELECT outlived.owner FROM outlived)
