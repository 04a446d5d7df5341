-- One row per day of the week: rentals, as the marts count them by hour.
SELECT
    day_of_week,
    sum(rentals) AS rentals,
    count(DISTINCT date) AS days_with_rentals
FROM marts.rentals_by_hour
GROUP BY day_of_week
