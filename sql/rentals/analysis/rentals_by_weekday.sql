-- One row per day of the week: rentals, their share, and on how many days of that name something was rented.
-- Plot: bar day_name rentals
WITH counted AS (
    SELECT
        calendar.day_of_week,
        calendar.day_name,
        COUNT(rental.rental_id) AS rentals,
        COUNT(DISTINCT rental.rental_date_key) AS days_with_rentals
    FROM dim_date AS calendar
    LEFT JOIN fact_rental AS rental
        ON calendar.date_key = rental.rental_date_key
    GROUP BY calendar.day_of_week, calendar.day_name
)

SELECT
    counted.day_of_week,
    counted.day_name,
    counted.rentals,
    ROUND(100 * counted.rentals / NULLIF(SUM(counted.rentals) OVER (), 0), 2) AS share_percent,
    counted.days_with_rentals
FROM counted
ORDER BY counted.day_of_week
