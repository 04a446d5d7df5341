-- One row per side of the country: the device that most reviews came from, as the marts count them.
SELECT
    side,
    device,
    sum(reviews) AS reviews
FROM marts.reviews_by_day
WHERE side IN ('East', 'West')
GROUP BY side, device
QUALIFY row_number() OVER (PARTITION BY side ORDER BY sum(reviews) DESC, device) = 1
