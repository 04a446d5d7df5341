-- One row per operating system, of the sessions delivered for a day.
WITH named AS (
    SELECT DISTINCT
        log.dt,
        log.os
    FROM stage_reviews.review_logs AS log
    WHERE log.os <> 'Unknown'
)

SELECT
    named.dt,
    member_key(named.os) AS os_key,
    named.os,
    is_apple(named.os) AS is_apple
FROM named
