-- One row per kind of device and browser: reviews and how many of them are positive, as the marts count them.
SELECT
    device,
    browser,
    sum(reviews) AS reviews,
    sum(positive_reviews) AS review_score
FROM marts.reviews_by_day
GROUP BY device, browser
