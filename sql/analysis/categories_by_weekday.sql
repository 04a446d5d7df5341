-- One row per film category and day of the week on which it was rented: rentals, and the category's place that day.
-- Plot: heatmap day_name category rentals
WITH counted AS (
    SELECT
        calendar.day_of_week,
        calendar.day_name,
        film.category,
        COUNT(*) AS rentals
    FROM fact_rental AS rental
    INNER JOIN dim_date AS calendar
        ON rental.rental_date_key = calendar.date_key
    INNER JOIN dim_film AS film
        ON rental.film_key = film.film_key
    GROUP BY calendar.day_of_week, calendar.day_name, film.category
)

SELECT
    counted.day_of_week,
    counted.day_name,
    counted.category,
    counted.rentals,
    ROW_NUMBER() OVER (PARTITION BY counted.day_of_week ORDER BY counted.rentals DESC, counted.category) AS place
FROM counted
ORDER BY counted.day_of_week, place
