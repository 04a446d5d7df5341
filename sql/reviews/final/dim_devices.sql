-- One row per kind of device, of the sessions delivered for a day.
WITH named AS (
    SELECT DISTINCT
        log.dt,
        log.device
    FROM stage_reviews.review_logs AS log
    WHERE log.device <> 'Unknown'
)

SELECT
    named.dt,
    member_key(named.device) AS device_key,
    named.device
FROM named
