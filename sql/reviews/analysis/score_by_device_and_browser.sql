-- One row per kind of device and browser: reviews, how many of them are positive, and their share.
-- Plot: heatmap browser device positive_percent
SELECT
    device.device,
    browser.browser,
    SUM(fact.review_count) AS reviews,
    SUM(fact.review_score) AS review_score,
    ROUND(100.0 * SUM(fact.review_score) / SUM(fact.review_count), 2) AS positive_percent
FROM fact_movie_analytics AS fact
INNER JOIN dim_devices AS device
    ON fact.device_key = device.device_key
INNER JOIN dim_browser AS browser
    ON fact.browser_key = browser.browser_key
GROUP BY device.device, browser.browser
ORDER BY device.device, browser.browser
