-- One row per side of the country (East: Census regions Northeast and South): the device that most reviews came from.
-- Plot: bar side reviews device
WITH counted AS (
    SELECT
        device.device,
        CASE WHEN location.census_region = 'West' THEN 'West' ELSE 'East' END AS side,
        SUM(fact.review_count) AS reviews
    FROM fact_movie_analytics AS fact
    INNER JOIN dim_location AS location
        ON fact.location_key = location.location_key
    INNER JOIN dim_devices AS device
        ON fact.device_key = device.device_key
    WHERE location.census_region IN ('Northeast', 'South', 'West')
    GROUP BY device.device, CASE WHEN location.census_region = 'West' THEN 'West' ELSE 'East' END
),

ordered AS (
    SELECT
        side,
        device,
        reviews,
        SUM(reviews) OVER (PARTITION BY side) AS reviews_in_all,
        ROW_NUMBER() OVER (PARTITION BY side ORDER BY reviews DESC, device) AS place
    FROM counted
)

SELECT
    side,
    device,
    reviews,
    ROUND(100.0 * reviews / reviews_in_all, 2) AS share_percent
FROM ordered
WHERE place = 1
ORDER BY side
