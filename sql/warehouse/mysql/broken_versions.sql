-- One row per version that does not end where the member's next one begins, or at the end of time for the last.
SELECT
    member,
    valid_to
FROM (
    SELECT
        member,
        valid_to,
        is_current,
        COALESCE(LEAD(valid_from) OVER (PARTITION BY member ORDER BY valid_from), '9999-12-31') AS next_from
    FROM versions
) AS following
WHERE valid_to <> next_from OR is_current <> (next_from = '9999-12-31')
