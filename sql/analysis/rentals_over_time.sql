-- One row per day on which something was rented: rentals, and what was paid for them.
-- Plot: line date rentals
SELECT
    calendar.date,
    calendar.day_name,
    calendar.holiday_name,
    COUNT(*) AS rentals,
    SUM(rental.amount) AS paid
FROM fact_rental AS rental
INNER JOIN dim_date AS calendar
    ON rental.rental_date_key = calendar.date_key
GROUP BY calendar.date, calendar.day_name, calendar.holiday_name
ORDER BY calendar.date
