-- One row per operating system, of the sessions delivered for a day.
SELECT DISTINCT
    log.dt,
    member_key(log.os) AS os_key,
    log.os,
    is_apple(log.os) AS is_apple
FROM stage_reviews.review_logs AS log
WHERE log.os <> 'Unknown'
