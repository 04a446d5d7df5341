-- One row per kind of device used in California, New York or Texas with a system by Apple: reviews in each of them.
-- Plot: bar device reviews
SELECT
    device.device,
    SUM(fact.review_count) AS reviews,
    SUM(CASE WHEN location.location = 'California' THEN fact.review_count ELSE 0 END) AS in_california,
    SUM(CASE WHEN location.location = 'New York' THEN fact.review_count ELSE 0 END) AS in_new_york,
    SUM(CASE WHEN location.location = 'Texas' THEN fact.review_count ELSE 0 END) AS in_texas
FROM fact_movie_analytics AS fact
INNER JOIN dim_location AS location
    ON fact.location_key = location.location_key
INNER JOIN dim_os AS os
    ON fact.os_key = os.os_key
INNER JOIN dim_devices AS device
    ON fact.device_key = device.device_key
WHERE os.is_apple AND location.location IN ('California', 'New York', 'Texas')
GROUP BY device.device
ORDER BY reviews DESC, device.device
