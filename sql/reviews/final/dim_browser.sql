-- One row per browser, of the sessions delivered for a day.
WITH named AS (
    SELECT DISTINCT
        log.dt,
        log.browser
    FROM stage_reviews.review_logs AS log
    WHERE log.browser <> 'Unknown'
)

SELECT
    named.dt,
    member_key(named.browser) AS browser_key,
    named.browser
FROM named
