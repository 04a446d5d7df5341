-- One row per state that had the most or the fewest reviews written in 2021, as the marts count them.
WITH counted AS (
    SELECT
        review_locations.location AS state,
        coalesce(sum(written.reviews), 0) AS reviews
    FROM marts.review_locations AS review_locations
    LEFT JOIN marts.reviews_by_day AS written
        ON review_locations.location = written.location AND year(written.date) = 2021
    WHERE review_locations.region IS NOT NULL AND review_locations.reviews > 0
    GROUP BY review_locations.location
)

SELECT
    CASE WHEN reviews = (SELECT max(most.reviews) FROM counted AS most) THEN 'most' ELSE 'fewest' END AS place,
    state,
    reviews
FROM counted
WHERE
    reviews = (SELECT max(most.reviews) FROM counted AS most)
    OR reviews = (SELECT min(fewest.reviews) FROM counted AS fewest)
