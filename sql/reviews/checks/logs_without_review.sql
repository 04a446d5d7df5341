-- One row per day: how many sessions name a review that was not delivered for the day.
SELECT
    log.dt,
    concat(
        cast(count(*) AS VARCHAR),
        ' logs name a review that the day does not have, such as ',
        cast(min(log.log_id) AS VARCHAR)
    ) AS fault
FROM stage_reviews.review_logs AS log
LEFT JOIN stage_reviews.classified_movie_review AS review
    ON log.dt = review.dt AND log.log_id = review.review_id
WHERE review.review_id IS NULL
GROUP BY log.dt
