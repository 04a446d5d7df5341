-- One row per kind of device, of the sessions delivered for a day.
SELECT DISTINCT
    log.dt,
    member_key(log.device) AS device_key,
    log.device
FROM stage_reviews.review_logs AS log
WHERE log.device <> 'Unknown'
