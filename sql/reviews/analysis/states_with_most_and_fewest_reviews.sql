-- One row per state that had the most or the fewest reviews written in 2021, of the states that any review came from.
-- Plot: bar state reviews
WITH written AS (
    SELECT
        fact.location_key,
        SUM(fact.review_count) AS reviews
    FROM fact_movie_analytics AS fact
    INNER JOIN dim_date AS calendar
        ON fact.date_key = calendar.date_key
    WHERE calendar.year = 2021
    GROUP BY fact.location_key
),

counted AS (
    SELECT
        location.location AS state,
        COALESCE(written.reviews, 0) AS reviews
    FROM dim_location AS location
    LEFT JOIN written
        ON location.location_key = written.location_key
    WHERE
        location.census_region IS NOT NULL
        -- A place keeps its row when the reviews of a day are delivered again without it.
        AND location.location_key IN (SELECT every_year.location_key FROM fact_movie_analytics AS every_year)
),

ends AS (
    SELECT
        state,
        reviews,
        MAX(reviews) OVER () AS most,
        MIN(reviews) OVER () AS fewest
    FROM counted
)

SELECT
    CASE WHEN reviews = most THEN 'most' ELSE 'fewest' END AS place,
    state,
    reviews
FROM ends
WHERE reviews IN (most, fewest)
ORDER BY reviews DESC, state
