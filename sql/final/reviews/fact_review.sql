-- One row per review with the session it was written in, on the day both were delivered for.
SELECT
    review.dt,
    review.review_id,
    review.user_id AS customer_id,
    -- A review without a session has no keys, and is set aside.
    year(log.log_date) * 10000 + month(log.log_date) * 100 + day(log.log_date) AS date_key,
    member_key(log.device) AS device_key,
    member_key(log.location) AS location_key,
    member_key(log.os) AS os_key,
    member_key(log.browser) AS browser_key,
    review.positive_review,
    review.insert_date
FROM stage_reviews.classified_movie_review AS review
LEFT JOIN stage_reviews.review_logs AS log
    ON review.dt = log.dt AND review.review_id = log.log_id
