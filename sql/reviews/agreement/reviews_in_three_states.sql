-- One row per state among California, New York and Texas: the reviews written there, as the marts count them.
SELECT
    chosen.state,
    coalesce(review_locations.reviews, 0) AS reviews
FROM (SELECT unnest(['California', 'New York', 'Texas']) AS state) AS chosen
LEFT JOIN marts.review_locations AS review_locations
    ON chosen.state = review_locations.location
