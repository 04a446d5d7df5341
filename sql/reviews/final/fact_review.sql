-- One row per review with the session it was written in, on the day both were delivered for.
WITH session AS (
    -- Keys before the join: engines make them once for each name.
    SELECT
        log.dt,
        log.log_id,
        year(log.log_date) * 10000 + month(log.log_date) * 100 + day(log.log_date) AS date_key,
        member_key(log.device) AS device_key,
        member_key(log.location) AS location_key,
        member_key(log.os) AS os_key,
        member_key(log.browser) AS browser_key
    FROM stage_reviews.review_logs AS log
)

SELECT
    review.dt,
    review.review_id,
    review.user_id AS customer_id,
    -- A review without a session has no keys, and is set aside.
    session.date_key,
    session.device_key,
    session.location_key,
    session.os_key,
    session.browser_key,
    review.positive_review,
    review.insert_date
FROM stage_reviews.classified_movie_review AS review
LEFT JOIN session
    ON review.dt = session.dt AND review.review_id = session.log_id
