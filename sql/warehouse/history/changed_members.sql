-- One row per member whose versions may have to be worked out again, given its captures on a run's days.
-- A repeated day may also take evidence away: a capture that was replaced by a late one, or lacks the member now. Then
-- the version suffers whose own capture may have been the day's: one that was taken before `timely_until`.
WITH looked_at AS (
    SELECT
        captures.member,
        captures.is_timely,
        stored.member IS NULL AS is_unseen,
        stored.is_backfilled,
        (days.is_repeated AND stored.captured_at < days.timely_until) AS may_lose_timely,
        (
            captures.captured_at < stored.captured_at
            OR (days.is_repeated AND captures.captured_at > stored.captured_at)
        ) AS may_be_first,
        captures.captured_at = stored.captured_at AS is_tie,
        (captures.attributes IS NOT DISTINCT FROM stored.attributes) AS is_same
    FROM captures
    INNER JOIN days
        ON captures.dt = days.dt
    LEFT JOIN stored
        ON
            captures.member = stored.member
            AND captures.dt >= stored.valid_from AND captures.dt < stored.valid_to
)

SELECT member
FROM looked_at
WHERE
    is_unseen
    OR (is_timely AND (NOT is_same OR is_backfilled))
    OR (NOT is_timely AND NOT is_backfilled AND may_lose_timely)
    OR (NOT is_timely AND is_backfilled AND (may_be_first OR (is_tie AND NOT is_same)))
UNION
SELECT stored.member
FROM stored
INNER JOIN days
    ON
        days.is_repeated
        AND stored.valid_from <= days.dt AND stored.valid_to > days.dt
WHERE
    (stored.is_backfilled OR stored.captured_at < days.timely_until)
    AND NOT EXISTS (
        SELECT 1
        FROM captures
        WHERE captures.member = stored.member AND captures.dt = days.dt
    )
ORDER BY member
