-- One row per day on which something was rented: rentals, and what was paid for them.
-- Plot: line date rentals
WITH per_day AS (
    SELECT
        rental.rental_date_key,
        COUNT(*) AS rentals,
        SUM(rental.amount) AS paid
    FROM fact_rental AS rental
    GROUP BY rental.rental_date_key
)

SELECT
    calendar.date,
    calendar.day_name,
    calendar.holiday_name,
    per_day.rentals,
    per_day.paid
FROM per_day
INNER JOIN dim_date AS calendar
    ON per_day.rental_date_key = calendar.date_key
ORDER BY calendar.date
