-- One row per browser, of the sessions delivered for a day.
SELECT DISTINCT
    log.dt,
    member_key(log.browser) AS browser_key,
    log.browser
FROM stage_reviews.review_logs AS log
WHERE log.browser <> 'Unknown'
