-- One row per browser: the location with most reviews written in it on a computer; the first by name wins a tie.
-- Plot: bar browser reviews location
WITH counted AS (
    SELECT
        browser.browser,
        location.location,
        SUM(fact.review_count) AS reviews
    FROM fact_movie_analytics AS fact
    INNER JOIN dim_devices AS device
        ON fact.device_key = device.device_key
    INNER JOIN dim_browser AS browser
        ON fact.browser_key = browser.browser_key
    INNER JOIN dim_location AS location
        ON fact.location_key = location.location_key
    WHERE device.device = 'Computer'
    GROUP BY browser.browser, location.location
),

ordered AS (
    SELECT
        browser,
        location,
        reviews,
        ROW_NUMBER() OVER (PARTITION BY browser ORDER BY reviews DESC, location) AS place
    FROM counted
)

SELECT
    browser,
    location,
    reviews
FROM ordered
WHERE place = 1
ORDER BY browser
