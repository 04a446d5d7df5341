-- One row per customer, date, device, location, OS and browser, of the reviews delivered for a day.
SELECT
    review.dt,
    review.customer_id,
    review.date_key,
    review.device_key,
    review.location_key,
    review.os_key,
    review.browser_key,
    sum(review.positive_review) AS review_score,
    count(*) AS review_count,
    review.insert_date
FROM final_reviews.fact_review AS review
GROUP BY
    review.dt,
    review.customer_id,
    review.date_key,
    review.device_key,
    review.location_key,
    review.os_key,
    review.browser_key,
    review.insert_date
