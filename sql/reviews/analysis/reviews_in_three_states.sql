-- One row per state among California, New York and Texas: the reviews written there.
-- Plot: bar state reviews
WITH chosen AS (
    SELECT 'California' AS state
    UNION ALL
    SELECT 'New York' AS state
    UNION ALL
    SELECT 'Texas' AS state
)

SELECT
    chosen.state,
    COALESCE(SUM(fact.review_count), 0) AS reviews
FROM chosen
LEFT JOIN dim_location AS location
    ON chosen.state = location.location
LEFT JOIN fact_movie_analytics AS fact
    ON location.location_key = fact.location_key
GROUP BY chosen.state
ORDER BY chosen.state
