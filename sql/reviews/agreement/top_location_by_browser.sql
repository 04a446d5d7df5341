-- One row per browser: the location with most reviews written in it on a computer, as the marts count them.
WITH counted AS (
    SELECT
        browser,
        location,
        sum(reviews) AS reviews
    FROM marts.reviews_by_day
    WHERE device = 'Computer'
    GROUP BY browser, location
)

SELECT
    browser,
    location,
    reviews
FROM counted
QUALIFY row_number() OVER (PARTITION BY browser ORDER BY reviews DESC, location) = 1
