-- One row per state or place that sessions came from: reviews, how many are positive, and its place by reviews.
WITH location AS (
    {{ latest(source('final_reviews', 'dim_location'), 'location_key') }}
),

counted AS (
    SELECT
        location,
        sum(reviews) AS reviews,
        sum(positive_reviews) AS positive_reviews
    FROM {{ ref('reviews_by_day') }}
    GROUP BY location
)

SELECT
    location.location,
    location.census_region AS region,
    location.census_division AS division,
    row_number() OVER (ORDER BY coalesce(counted.reviews, 0) DESC, location.location) AS place,
    cast(coalesce(counted.reviews, 0) AS bigint) AS reviews,
    cast(coalesce(counted.positive_reviews, 0) AS bigint) AS positive_reviews
FROM location
LEFT JOIN counted
    ON location.location = counted.location
WHERE location.location_key <> 0 OR counted.reviews > 0
