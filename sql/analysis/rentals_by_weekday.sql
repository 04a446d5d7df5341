-- One row per day of the week: rentals, their share, and on how many days of that name something was rented.
-- Plot: bar day_name rentals
SELECT
    calendar.day_of_week,
    calendar.day_name,
    COUNT(rental.rental_id) AS rentals,
    ROUND(100 * COUNT(rental.rental_id) / NULLIF(SUM(COUNT(rental.rental_id)) OVER (), 0), 2) AS share_percent,
    COUNT(DISTINCT rental.rental_date_key) AS days_with_rentals
FROM dim_date AS calendar
LEFT JOIN fact_rental AS rental
    ON calendar.date_key = rental.rental_date_key
GROUP BY calendar.day_of_week, calendar.day_name
ORDER BY calendar.day_of_week
