-- One row per kind of device used in California, New York or Texas with a system by Apple, as the marts count reviews.
SELECT
    device,
    sum(reviews) AS reviews,
    sum(CASE WHEN location = 'California' THEN reviews ELSE 0 END) AS in_california,
    sum(CASE WHEN location = 'New York' THEN reviews ELSE 0 END) AS in_new_york,
    sum(CASE WHEN location = 'Texas' THEN reviews ELSE 0 END) AS in_texas
FROM marts.reviews_by_day
WHERE maker = 'Apple' AND location IN ('California', 'New York', 'Texas')
GROUP BY device
